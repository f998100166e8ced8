import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { silentLogger } from '@rfs/base/log';
import { Metrics } from '@rfs/base/metrics';
import { type FsckDoorOptions, fsckDoor, openHttp, type TextOutput } from './index.js';

async function openDoor(t: TestContext, start: FsckDoorOptions['start']) {
  const door = await openHttp({
    host: '127.0.0.1',
    port: 0,
    view: { snapshot: () => assert.fail('nobody looks') },
    metrics: new Metrics(),
    logger: silentLogger,
    plugins: [fsckDoor({ staticUser: 'dr.who', start })],
  });
  t.after(() => door.close());
  return door;
}

test('a check is given who asks for what, and its text is the answer', async (t) => {
  const asked: string[] = [];
  const start = (request: { parameters: URLSearchParams; user: string; address: string }, output: TextOutput): void => {
    asked.push(`${request.user} ${request.address} ${request.parameters.get('path')}`);
    output.write('first\n');
    output.write('the filesystem is HEALTHY');
    output.end();
  };
  const door = await openDoor(t, start);
  const base = `http://${door.host}:${door.port}/fsck`;
  const answer = await fetch(`${base}?ugi=alice,staff&path=%2Fd%20e`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/plain;charset=utf-8');
  assert.equal(await answer.text(), 'first\nthe filesystem is HEALTHY');
  await (await fetch(`${base}?path=/`)).text();
  await (await fetch(`${base}?user.name=bob&ugi=alice`)).text();
  assert.deepEqual(asked, ['alice 127.0.0.1 /d e', 'dr.who 127.0.0.1 /', 'bob 127.0.0.1 null']);
});

const PIECE = `${'x'.repeat(65_535)}\n`;

/** A check of so many pieces, and how far it came by its end. */
async function openLongCheck(t: TestContext, pieces: number) {
  let settle: (ran: { readonly pieces: number; readonly waits: number; readonly closed: boolean }) => void;
  const ended = new Promise<{ pieces: number; waits: number; closed: boolean }>((resolve) => (settle = resolve));
  const door = await openDoor(t, (_request, output) => {
    let written = 0;
    let waits = 0;
    const goOn = (): void => {
      while (!output.closed && written < pieces) {
        written++;
        if (output.write(PIECE)) continue;
        waits++;
        output.onceReady(goOn);
        return;
      }
      const { closed } = output;
      if (!closed) output.end();
      settle({ pieces: written, waits, closed });
    };
    goOn();
  });
  const reader = connect(door.port, door.host);
  t.after(() => reader.destroy());
  await once(reader, 'connect');
  reader.write('GET /fsck?path=/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  return { ended, reader };
}

test('a reader that is slow is waited for, and gets all', async (t) => {
  const { ended, reader } = await openLongCheck(t, 500);
  let bytes = 0;
  for await (const chunk of reader) bytes += (chunk as Uint8Array).length;
  const ran = await ended;
  assert.ok(bytes > 500 * PIECE.length);
  assert.ok(ran.waits > 0);
  assert.deepEqual({ ...ran, waits: 0 }, { pieces: 500, waits: 0, closed: false });
});

test('the check of a reader that leaves stops where it is', async (t) => {
  const pieces = 100_000;
  const { ended, reader } = await openLongCheck(t, pieces);
  await once(reader, 'data');
  reader.destroy();
  const ran = await ended;
  assert.equal(ran.closed, true);
  assert.ok(ran.pieces < pieces);
});
