import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Store, StoreReader, StoreWriter } from '@rfs/base/store';
import fc from 'fast-check';

/** What the suite needs to know of an engine: how to open it, on what, and how to open the same again. */
export interface Engine {
  /** An empty store in a place of its own, and `reopen` for the same place or for a hot copy's folder. */
  fresh(): { store: Store; copyFolder: string; reopen(store: Store, folder?: string): Promise<Store> };
  cleanUp(): void;
}

/** The behaviour that every engine of the store contract shows. */
export function storeSuite(name: string, engine: Engine): void {
  describe(`store contract: ${name}`, () => {
    after(() => engine.cleanUp());

    test('keeps what a transaction wrote and shows it at once', async () => {
      const { store } = engine.fresh();
      store.write((writer) => {
        writer.put(bytes('b'), bytes('2'));
        writer.put(bytes('a'), bytes('1'));
        assert.equal(textOf(writer.get(bytes('a'))), '1');
        assert.deepEqual(rowsOf(writer), ['a=1', 'b=2']);
      });
      assert.equal(textOf(store.get(bytes('b'))), '2');
      assert.equal(store.get(bytes('c')), undefined);
      await close(store);
    });

    test('keeps nothing of a transaction that throws', async () => {
      const { store } = engine.fresh();
      store.write((writer) => writer.put(bytes('a'), bytes('1')));
      assert.throws(
        () =>
          store.write((writer) => {
            writer.put(bytes('a'), bytes('2'));
            writer.delete(bytes('a'));
            writer.put(bytes('b'), bytes('3'));
            throw new Error('refused');
          }),
        /refused/,
      );
      assert.deepEqual(rowsOf(store), ['a=1']);
      store.write((writer) => writer.put(bytes('c'), bytes('4')));
      assert.deepEqual(rowsOf(store), ['a=1', 'c=4']);
      await close(store);
    });

    test('what is not there can be deleted', async () => {
      const { store } = engine.fresh();
      store.write((writer) => {
        writer.put(bytes('a'), bytes('1'));
        writer.delete(bytes('b'));
        writer.delete(bytes('a'));
        writer.delete(bytes('a'));
      });
      assert.deepEqual(rowsOf(store), []);
      await close(store);
    });

    test('ranges include their start, exclude their end and stop when the visitor says so', async () => {
      const { store } = engine.fresh();
      store.write((writer) => {
        for (const key of ['a', 'b', 'c', 'd']) writer.put(bytes(key), bytes(key));
      });
      assert.deepEqual(keysOf(store, 'b', 'd'), ['b', 'c']);
      assert.deepEqual(keysOf(store, 'b', 'd', true), ['c', 'b']);
      assert.deepEqual(keysOf(store, 'b', 'cc', true), ['c', 'b']);
      assert.deepEqual(keysOf(store, 'aa', 'z', true), ['d', 'c', 'b']);
      assert.deepEqual(keysOf(store, 'c', 'c'), []);
      assert.deepEqual(keysOf(store, 'd', 'a'), []);
      let seen = 0;
      store.range(bytes('a'), bytes('z'), () => ++seen < 2);
      assert.equal(seen, 2);
      await close(store);
    });

    test('compares keys as unsigned bytes, also long ones and zeros; values may be empty or large', async () => {
      const { store } = engine.fresh();
      const keys = [
        Buffer.of(0),
        Buffer.of(0, 0),
        Buffer.of(1),
        Buffer.of(127),
        Buffer.of(128),
        Buffer.alloc(511, 255),
      ];
      store.write((writer) => {
        for (const key of keys.toReversed()) writer.put(key, Buffer.alloc(key.length === 1 ? 0 : 100_000, 7));
      });
      const found: Buffer[] = [];
      store.range(Buffer.of(0), Buffer.alloc(512, 255), (key, value) => {
        found.push(Buffer.from(key));
        assert.equal(value.length, key.length === 1 ? 0 : 100_000);
        return true;
      });
      assert.deepEqual(found, keys);
      assert.equal(store.get(Buffer.of(0))?.length, 0);
      assert.equal(store.get(Buffer.of(0, 0))?.length, 100_000);
      await close(store);
    });

    test('a snapshot does not move', async () => {
      const { store } = engine.fresh();
      store.write((writer) => {
        for (let i = 0; i < 1000; i++) writer.put(bytes(`k${i}`), bytes('old'));
      });
      const before = rowsOf(store);
      const snapshot = store.snapshot();
      store.write((writer) => {
        for (let i = 0; i < 1000; i += 2) writer.delete(bytes(`k${i}`));
        for (let i = 1; i < 1000; i += 2) writer.put(bytes(`k${i}`), bytes('new'));
      });
      const second = store.snapshot();
      assert.deepEqual(rowsOf(snapshot), before);
      assert.equal(textOf(snapshot.get(bytes('k2'))), 'old');
      assert.equal(textOf(second.get(bytes('k1'))), 'new');
      assert.equal(second.get(bytes('k2')), undefined);
      assert.equal(textOf(store.get(bytes('k1'))), 'new');
      snapshot.close();
      second.close();
      await close(store);
    });

    test('is there again when opened again', async () => {
      const { store, reopen } = engine.fresh();
      store.write((writer) => writer.put(bytes('a'), bytes('1')));
      await durable(store);
      store.write((writer) => writer.put(bytes('b'), bytes('2')));
      await close(store);
      const again = await reopen(store);
      assert.deepEqual(rowsOf(again), ['a=1', 'b=2']);
      await close(again);
    });

    test('what was written becomes durable although more is written all the time', async () => {
      const { store, reopen } = engine.fresh();
      let isDurable = false;
      store.write((writer) => writer.put(bytes('first'), bytes('1')));
      store.whenDurable((error) => {
        assert.equal(error, null);
        isDurable = true;
      });
      const other = engine.fresh().store;
      for (let turn = 0; !isDurable && turn < 100_000; turn++) {
        store.write((writer) => writer.put(bytes(`k${turn % 50}`), bytes(`${turn}`)));
        // The other store's answer is a later turn of the loop.
        other.write((writer) => writer.put(bytes('turn'), bytes(`${turn}`)));
        await durable(other);
      }
      assert.ok(isDurable);
      await close(other);
      const before = rowsOf(store);
      assert.ok(store.backlogBytes < 1 << 20);
      await close(store);
      const again = await reopen(store);
      assert.deepEqual(rowsOf(again), before);
      await close(again);
    });

    test('a hot copy is consistent, opens as a store and refuses to overwrite', async () => {
      const { store, copyFolder, reopen } = engine.fresh();
      store.write((writer) => {
        for (let i = 0; i < 5000; i++) writer.put(bytes(`k${i}`), bytes('1'));
      });
      const before = rowsOf(store);
      const copied = new Promise<void>((done, fail) => {
        store.hotCopy(copyFolder, (error) => (error ? fail(error) : done()));
      });
      await copied;
      store.write((writer) => writer.put(bytes('later'), bytes('1')));
      await assert.rejects(
        new Promise<void>((done, fail) => store.hotCopy(copyFolder, (error) => (error ? fail(error) : done()))),
      );
      const copy = await reopen(store, copyFolder);
      assert.deepEqual(rowsOf(copy), before);
      copy.write((writer) => writer.put(bytes('own'), bytes('1')));
      assert.equal(textOf(copy.get(bytes('own'))), '1');
      assert.equal(store.get(bytes('own')), undefined);
      await close(copy);
      await close(store);
    });

    test('agrees with a sorted array', async () => {
      const short = fc.uint8Array({ minLength: 1, maxLength: 3, max: 3 }).map((raw) => Buffer.from(raw));
      // As the namespace's are: a table, a number of eight bytes, a name.
      const long = fc
        .tuple(
          fc.integer({ min: 1, max: 2 }),
          fc.integer({ min: 254, max: 257 }),
          fc.uint8Array({ maxLength: 2, max: 3 }),
        )
        .map(([table, id, name]) => Buffer.from([table, 0, 0, 0, 0, 0, 0, id >> 8, id & 255, ...name]));
      const key = fc.oneof(short, long);
      const step = fc.oneof(
        fc.record({ put: key, value: fc.uint8Array({ maxLength: 4 }) }),
        fc.record({ remove: key }),
        fc.record({ from: key, to: key, reverse: fc.boolean() }),
      );
      const transaction = fc.record({ steps: fc.array(step, { maxLength: 12 }), throws: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(transaction, { maxLength: 8 }), async (transactions) => {
          const { store } = engine.fresh();
          let model = new Map<string, string>();
          for (const { steps, throws } of transactions) {
            const after = new Map(model);
            const body = (writer: StoreWriter): void => {
              for (const one of steps) {
                if ('put' in one) {
                  writer.put(one.put, one.value);
                  after.set(one.put.toString('hex'), Buffer.from(one.value).toString('hex'));
                } else if ('remove' in one) {
                  writer.delete(one.remove);
                  after.delete(one.remove.toString('hex'));
                } else compareRange(writer, after, one);
              }
              if (throws) throw new Error('refused');
            };
            if (throws) assert.throws(() => store.write(body), /refused/);
            else {
              store.write(body);
              model = after;
            }
            // Half of the transactions are in the engine's files before the next, half are not.
            if (model.size % 2 === 0) await durable(store);
            for (const one of steps) if ('from' in one) compareRange(store, model, one);
          }
          for (const table of [1, 2]) {
            compareRange(store, model, { from: Buffer.of(table), to: Buffer.of(table + 1), reverse: false });
            compareRange(store, model, prefixRange(table, 255));
          }
          await close(store);
        }),
        { numRuns: 30 },
      );
    });
  });
}

/** All of one number in a table. */
function prefixRange(table: number, id: number): { from: Buffer; to: Buffer; reverse: boolean } {
  const prefix = (of: number): Buffer => Buffer.from([table, 0, 0, 0, 0, 0, 0, of >> 8, of & 255]);
  return { from: prefix(id), to: prefix(id + 1), reverse: true };
}

function compareRange(
  reader: StoreReader,
  model: Map<string, string>,
  bounds: { from: Buffer; to: Buffer; reverse: boolean },
): void {
  const expected = [...model]
    .map(([key, value]) => ({ key: Buffer.from(key, 'hex'), value }))
    .filter(({ key }) => Buffer.compare(key, bounds.from) >= 0 && Buffer.compare(key, bounds.to) < 0)
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ key, value }) => `${key.toString('hex')}=${value}`);
  if (bounds.reverse) expected.reverse();
  const found: string[] = [];
  reader.range(
    bounds.from,
    bounds.to,
    (key, value) => {
      found.push(`${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`);
      return true;
    },
    bounds.reverse,
  );
  assert.deepEqual(found, expected);
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function textOf(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString();
}

function rowsOf(reader: StoreReader): string[] {
  const rows: string[] = [];
  reader.range(Buffer.of(1), Buffer.of(255), (key, value) => {
    rows.push(`${Buffer.from(key).toString()}=${Buffer.from(value).toString()}`);
    return true;
  });
  return rows;
}

function keysOf(reader: StoreReader, from: string, to: string, reverse?: boolean): string[] {
  const keys: string[] = [];
  reader.range(
    bytes(from),
    bytes(to),
    (key) => {
      keys.push(Buffer.from(key).toString());
      return true;
    },
    reverse,
  );
  return keys;
}

function durable(store: Store): Promise<void> {
  return new Promise((done, fail) => store.whenDurable((error) => (error ? fail(error) : done())));
}

function close(store: Store): Promise<void> {
  return new Promise((done, fail) => store.close((error) => (error ? fail(error) : done())));
}
