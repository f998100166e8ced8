import { execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { LOAD_CORE } from './peer.js';

const POLL_MS = 50;
/** What /proc counts in (USER_HZ). */
const MS_PER_TICK = 10;

/** Puts this process, all threads of it, on the load's core. */
export function pinLoad(): void {
  pin(process.pid, LOAD_CORE);
}

/** Fulfilled when something listens at `address`. */
export async function waitForPort(address: string, patienceMs = 60_000): Promise<void> {
  const [host, port] = address.split(':') as [string, string];
  const deadlineMs = performance.now() + patienceMs;
  while (!(await accepts(host, Number(port)))) {
    if (performance.now() > deadlineMs) throw new Error(`nobody listens at ${address} after ${patienceMs} ms`);
    await sleep(POLL_MS);
  }
}

/** Processor time in ms that a process has used so far, all threads together. */
export function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Puts a process, all threads of it, on these cores. */
export function pin(pid: number, ...cores: readonly number[]): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores.join(','), String(pid)], { stdio: 'ignore' });
}

/** Runs a program to its end; its standard output. What it complains of goes to `log`, or to our own. */
export function runProgram(program: string, args: readonly string[], log?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', log === undefined ? 'inherit' : openSync(log, 'a')],
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(`${program} ended with ${code}`))));
  });
}

/** Ends a process and waits until it is gone. */
export async function endProcess(pid: number, patienceMs = 5000): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  signal(pid, 'SIGTERM');
  while (signal(pid, 0)) {
    if (performance.now() > deadlineMs) signal(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** False when there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
