// Readers that take nothing: node web_slow_readers.mjs HOW_MANY DESCRIPTION (the JSON line of rfs up)
// Prints what each datanode's memory grows by while they wait, and what is left of them afterwards.
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

const count = Number(process.argv[2]);
const { webhdfs, datanodes } = JSON.parse(process.argv[3]);
const [size, most] = [64 * 1024 * 1024, Number(process.env.MOST_MB ?? 400)];

function ok(what, holds, found) {
  if (!holds) {
    console.error(`WRONG ${what}: ${found}`);
    process.exit(1);
  }
  console.log(`ok ${what}: ${found}`);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Memory of its own in MB. */
const memory = ({ pid }) => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const files = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length;
const all = (of) => datanodes.map((node) => of(node));

/** A value that does not change for a second. */
async function settled(of) {
  for (let before = '', now = JSON.stringify(of()); ; before = now, now = JSON.stringify(of())) {
    if (before === now) return of();
    await pause(1000);
  }
}

/** A connection that has its answer's first bytes and takes no more. */
function reader(url) {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('error', reject);
    socket.once('data', (first) => {
      socket.pause();
      if (first.toString('latin1').startsWith('HTTP/1.1 200')) resolve(socket);
      else reject(new Error(first.toString('latin1').slice(0, 300)));
    });
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  });
}

async function locationOf(method, path, op) {
  const answer = await fetch(`${webhdfs}/webhdfs/v1${path}?op=${op}&user.name=root&noredirect=true`, { method });
  return (await answer.json()).Location;
}

const made = await fetch(await locationOf('PUT', '/file', 'CREATE'), { method: 'PUT', body: new Uint8Array(size) });
if (made.status !== 201) throw new Error(`status ${made.status}`);
const holder = new URL(await locationOf('GET', '/file', 'OPEN'));
const other = new URL(holder);
other.host = datanodes.find(({ http }) => http !== holder.host).http;

for (const [what, url] of [
  ['its own replica', holder],
  ['the replica of another datanode', other],
]) {
  for (let i = 0; i < 4; i++) await (await fetch(url)).arrayBuffer();
  const filesBefore = await settled(() => all(files));
  const before = all(memory);
  const readers = [];
  for (let from = 0; from < count; from += 50) {
    readers.push(...(await Promise.all(Array.from({ length: Math.min(50, count - from) }, () => reader(url)))));
  }
  await pause(3000);
  const grown = all(memory).map((now, i) => Math.round(now - before[i]));
  ok(
    `${count} readers that take nothing of ${what}, MB in each datanode`,
    grown.every((mb) => mb < most),
    grown.join(' '),
  );
  const startMs = performance.now();
  const bytes = (await (await fetch(url)).arrayBuffer()).byteLength;
  ok(
    'one that takes everything meanwhile',
    bytes === size,
    `${bytes} bytes in ${Math.round(performance.now() - startMs)} ms`,
  );
  for (const socket of readers) socket.destroy();
  const left = () => all(files).map((now, i) => now - filesBefore[i]);
  const few = () => left().every((more) => more <= 3);
  for (let waited = 0; waited < 120 && !few(); waited++) await pause(1000);
  ok('files and sockets left of them', few(), left().join(' '));
}
process.exit(0);
