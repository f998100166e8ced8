import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { type Logger, silentLogger } from '../log/index.js';
import { VirtualClock } from '../system/index.js';
import { endInOrder, type HostProcess, Lifecycle } from './index.js';

function setUp() {
  const clock = new VirtualClock();
  const events: string[] = [];
  const note = (message: string, facts?: object): void => {
    events.push(`${message}: ${(facts as { part?: string }).part ?? ''}`);
  };
  const logger: Logger = { ...silentLogger, error: note };
  return { clock, events, logger, lifecycle: new Lifecycle(clock, logger, 1000) };
}

test('what was opened in order is closed in reverse, once', async () => {
  const { events, lifecycle } = setUp();
  for (const name of ['store', 'journal', 'door']) {
    const part = await lifecycle.open(
      name,
      async () => name,
      async (opened) => {
        await null;
        events.push(opened);
      },
    );
    assert.equal(part, name);
  }
  lifecycle.add('pid file', () => {
    events.push('pid file');
  });
  assert.deepEqual(await Promise.all([lifecycle.close(), lifecycle.close()]), [true, true]);
  assert.deepEqual(events, ['pid file', 'door', 'journal', 'store']);
  await assert.rejects(
    lifecycle.open(
      'late',
      () => 1,
      () => undefined,
    ),
    /late is not opened/,
  );
});

test('a part that fails to open closes those before it', async () => {
  const { events, lifecycle } = setUp();
  await lifecycle.open(
    'one',
    () => 1,
    () => void events.push('one closed'),
  );
  const failing = lifecycle.open(
    'two',
    () => Promise.reject(new Error('port in use')),
    () => assert.fail(),
  );
  await assert.rejects(failing, /port in use/);
  assert.deepEqual(events, ['one closed']);
});

test('a part that fails or hangs does not keep the others open', async () => {
  const { clock, events, lifecycle } = setUp();
  lifecycle.add('first', () => void events.push('first'));
  lifecycle.add('hangs', () => {
    queueMicrotask(() => clock.advance(1000));
    return new Promise(() => undefined);
  });
  lifecycle.add('throws', () => {
    throw new Error('no');
  });
  assert.equal(await lifecycle.close(), false);
  assert.deepEqual(events, ['part did not close well: throws', 'part did not close in time: hangs', 'first']);
});

test('a part being opened when the stop comes is closed too', async () => {
  const { events, lifecycle } = setUp();
  let opened: (value: string) => void = () => undefined;
  const opening = lifecycle.open(
    'slow',
    () =>
      new Promise<string>((resolve) => {
        opened = resolve;
      }),
    () => void events.push('slow closed'),
  );
  await lifecycle.close();
  opened('part');
  await assert.rejects(opening, /closing/);
  assert.deepEqual(events, ['slow closed']);
});

class FakeProcess extends EventEmitter implements HostProcess {
  exit(code: number): void {
    this.emit('exit', code);
  }
}

test('the first signal closes in order, the second ends at once', async () => {
  const { events, lifecycle, logger } = setUp();
  const host = new FakeProcess();
  const exits: number[] = [];
  host.on('exit', (code: number) => exits.push(code));
  endInOrder(lifecycle, logger, host, () => events.push('flushed'));
  lifecycle.add('part', () => void events.push('part'));
  const exited = once(host, 'exit');
  host.emit('SIGTERM');
  await exited;
  assert.deepEqual(events, ['part', 'flushed']);
  host.emit('SIGINT');
  assert.deepEqual(exits, [0, 130]);
});

test('an error that nobody caught ends the process without closing', () => {
  const { events, lifecycle, logger } = setUp();
  const host = new FakeProcess();
  const exits: number[] = [];
  host.on('exit', (code: number) => exits.push(code));
  endInOrder(lifecycle, logger, host, () => events.push('flushed'));
  lifecycle.add('part', () => assert.fail('closed'));
  host.emit('uncaughtException', new Error('broken invariant'));
  assert.deepEqual(exits, [1]);
  assert.deepEqual(events, ['fatal error, the process ends: ', 'flushed']);
});
