// npm's webhdfs, once: node web_npm.mjs FOLDER_OF_NODE_MODULES HOST:PORT FILE_OF_300_MB
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';

const [folder, web, big] = process.argv.slice(2);
const WebHDFS = createRequire(`${folder}/`)('webhdfs');
const [host, port] = web.split(':');
const clientOf = (user) => WebHDFS.createClient({ user, host, port, path: '/webhdfs/v1' });
const client = clientOf('root');

function ok(what, got, want) {
  assert.deepEqual(got, want, `WRONG ${what}`);
  console.log(`ok npm webhdfs: ${what}`);
}

/** A call with a callback, as a promise. */
const call = (name, ...values) => callOf(client, name, ...values);
const callOf = (of, name, ...values) =>
  new Promise((resolve, reject) => of[name](...values, (error, value) => (error ? reject(error) : resolve(value))));
const refusal = (promise) =>
  promise.then(
    () => 'nothing was refused',
    (error) => error.message,
  );

async function digest(stream) {
  const hash = createHash('sha256');
  let length = 0;
  stream.on('data', (piece) => {
    hash.update(piece);
    length += piece.length;
  });
  await new Promise((resolve, reject) => stream.once('error', reject).once('finish', resolve).once('end', resolve));
  return `${length} ${hash.digest('hex')}`;
}

/** What a file is made of a stream: the address that is told at the end. */
const put = (path, local, append) =>
  new Promise((resolve, reject) => {
    const remote = client.createWriteStream(path, append);
    remote.once('error', reject).once('finish', resolve);
    local.pipe(remote);
  });

const wanted = await digest(createReadStream(big));
await put('/npm/big', createReadStream(big));
const { length, blockSize } = await call('stat', '/npm/big');
ok('300 MB in blocks of 64 MB', [length, blockSize], [314572800, 67108864]);
ok('read back', await digest(client.createReadStream('/npm/big')), wanted);
const range = client.createReadStream('/npm/big', { offset: 67108800, length: 1000 });
ok(
  'a range across two blocks',
  await digest(range),
  await digest(createReadStream(big, { start: 67108800, end: 67109799 })),
);
await put('/npm/big', createReadStream(big, { end: 99 }), true);
ok('appended', (await call('stat', '/npm/big')).length, 314572900);

// The client sends a path as it is given: who uses it encodes what a URL cannot hold.
for (const name of ['with space', '100%', 'a+b', 'grün']) {
  const path = `/npm/odd/${encodeURIComponent(name)}`;
  await call('writeFile', path, name);
  ok(`"${name}"`, String(await call('readFile', path)), name);
}
ok(
  'listed',
  (await call('readdir', '/npm/odd')).map(({ pathSuffix }) => pathSuffix),
  ['100%', 'a+b', 'grün', 'with space'],
);
await call('rename', '/npm/odd/a+b', '/npm/odd/a %2B+b');
ok('renamed', (await call('stat', '/npm/odd/a%20%252B+b')).type, 'FILE');
await call('chmod', '/npm/odd', '0700');
ok('permissions', (await call('stat', '/npm/odd')).permission, '700');
const eve = clientOf('eve');
ok(
  'another user is refused',
  /^Permission denied: user=eve/.test(await refusal(callOf(eve, 'readdir', '/npm/odd'))),
  true,
);
ok('nothing there', await refusal(call('stat', '/none')), 'File does not exist: /none');
ok('a path that is none', /Invalid path name/.test(await refusal(call('mkdir', '/a:b'))) || 'no such words', true);
await call('mkdir', '/npm/made/below');
await call('rmdir', '/npm/odd', true);
ok(
  'removed',
  [await new Promise((done) => client.exists('/npm/odd', done)), (await call('readdir', '/npm')).length],
  [false, 2],
);
