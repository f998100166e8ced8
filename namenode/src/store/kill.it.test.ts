import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLmdbStore } from './lmdb.js';

const ROWS = 40;

/** Writes transactions of ROWS rows that all hold the transaction's number, and says which are durable. */
const WRITER = `
import { openLmdbStore } from ${JSON.stringify(new URL('./index.js', import.meta.url).href)};
const store = openLmdbStore(process.argv[1]);
let number = 0;
const turn = () => {
  for (let i = 0; i < 5; i++) {
    number++;
    store.write((writer) => {
      for (let row = 0; row < ${ROWS}; row++) writer.put(Buffer.from([1, row]), Buffer.from(String(number)));
      writer.put(Buffer.from('n' + number), Buffer.alloc(100));
    });
  }
  const written = number;
  store.whenDurable((error) => {
    if (error !== null) throw error;
    process.stdout.write(written + '\\n');
  });
  setImmediate(turn);
};
turn();
`;

test('a killed process leaves whole transactions, and all that were durable', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-kill-'));
  try {
    let least = 0;
    for (let round = 1; round <= 4; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.on('data', (data: Buffer) => {
        text += data.toString();
        if (text.split('\n').length > 10 * round) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const lines = text.split('\n');
      const durable = Number(lines[lines.length - 2]);
      const found = await numberIn(folder);
      assert.ok(found >= durable, `found ${found}, durable was ${durable}`);
      assert.ok(durable > 0);
      least = Math.max(least, durable);
    }
    assert.ok(least > 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The one number that all rows hold. */
async function numberIn(folder: string): Promise<number> {
  const store = openLmdbStore(folder);
  const numbers = new Set<string>();
  let rows = 0;
  store.range(Uint8Array.of(1), Uint8Array.of(2), (_key, value) => {
    numbers.add(Buffer.from(value).toString());
    rows++;
    return true;
  });
  assert.equal(rows, ROWS);
  assert.equal(numbers.size, 1, `rows of transactions ${[...numbers].join(', ')}`);
  const number = Number([...numbers][0]);
  assert.ok(store.get(Buffer.from(`n${number}`)) !== undefined);
  await new Promise<void>((done, fail) => store.close((error) => (error ? fail(error) : done())));
  return number;
}
