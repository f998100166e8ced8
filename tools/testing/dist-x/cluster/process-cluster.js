import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
const PROGRAM = fileURLToPath(new URL('../../../cli/bin/rfs.js', import.meta.url));
const READY_MS = 90_000;
const POLL_MS = 20;
/**
 * A cluster of real processes: `rfs up`, and what it says about itself. It does not keep this process alive and ends
 * with it, so that a test which fails before it stops its cluster neither hangs nor leaves anything behind.
 */
export class ProcessCluster {
    description;
    /** From the start of the command to the line of its description. */
    readyMs;
    /** What rfs up wrote to its standard error since it was ready. */
    complaints = '';
    child;
    ended;
    constructor(child, description, readyMs) {
        this.child = child;
        this.description = description;
        this.readyMs = readyMs;
        child.stderr?.on('data', (text) => {
            this.complaints += text;
        });
        this.keepAlive(false);
        this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    }
    /** Starts `rfs up --json` with further words, and waits for its description. */
    static start(...words) {
        const startedMs = performance.now();
        const child = spawn(process.execPath, [PROGRAM, 'up', '--json', ...words], {
            stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        });
        return new Promise((resolve, reject) => {
            let output = '';
            let complaints = '';
            const late = setTimeout(() => {
                child.kill('SIGKILL');
                reject(new Error(`rfs up is not ready after ${READY_MS} ms: ${complaints}`));
            }, READY_MS);
            child.stderr?.setEncoding('utf8').on('data', (text) => {
                complaints += text;
            });
            child.once('exit', (code) => {
                clearTimeout(late);
                reject(new Error(`rfs up ended with ${code}: ${complaints}`));
            });
            child.stdout?.setEncoding('utf8').on('data', (text) => {
                output += text;
                if (!output.endsWith('\n'))
                    return;
                clearTimeout(late);
                const description = JSON.parse(output);
                resolve(new ProcessCluster(child, description, performance.now() - startedMs));
            });
        });
    }
    /** Process ids of rfs up and of its daemons as they were at the start. */
    get pids() {
        const { namenodes, datanodes } = this.description;
        return [this.child.pid, ...namenodes.map(({ pid }) => pid), ...datanodes.map(({ pid }) => pid)];
    }
    /** host:port of the first namenode's RPC. */
    get rpc() {
        return this.description.namenodes[0]?.rpc;
    }
    /** The cluster as it is now: daemons that were started again have other process ids. */
    now() {
        const file = join(dirname(this.description.conf), 'cluster.json');
        return JSON.parse(readFileSync(file, 'utf8'));
    }
    /** Sends a signal to rfs up and waits until it is gone. */
    async stop(signal = 'SIGINT') {
        const startedMs = performance.now();
        this.keepAlive(true);
        this.child.kill(signal);
        const ending = await this.ended;
        return { ...ending, tookMs: performance.now() - startedMs };
    }
    keepAlive(wanted) {
        const { child } = this;
        const handles = [child, child.channel, child.stdout, child.stderr];
        for (const handle of handles) {
            if (wanted)
                handle?.ref();
            else
                handle?.unref();
        }
    }
}
/** True while there is such a process. */
export function isAlive(pid) {
    try {
        return process.kill(pid, 0);
    }
    catch {
        return false;
    }
}
/** Ends a process the hard way. */
export function killHard(pid) {
    process.kill(pid, 'SIGKILL');
}
/** Asks a process to stop in order. */
export function askToStop(pid) {
    process.kill(pid, 'SIGTERM');
}
/** A process stops in the middle of whatever it does; others do not notice but by its silence. */
export function hang(pid) {
    process.kill(pid, 'SIGSTOP');
}
/** Lets a process that hangs go on. */
export function resume(pid) {
    process.kill(pid, 'SIGCONT');
}
/** Fulfilled once `condition` holds; rejected when it does not within `patienceMs`. */
export async function until(what, condition, patienceMs = 90_000) {
    const deadlineMs = performance.now() + patienceMs;
    while (!(await condition())) {
        if (performance.now() > deadlineMs)
            throw new Error(`still not after ${patienceMs} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
}
/** Runs the rfs command to its end. */
export function runRfs(words, environment = {}) {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment },
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
        out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
        err += text;
    });
    return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve({ code, out, err }));
    });
}
//# sourceMappingURL=process-cluster.js.map