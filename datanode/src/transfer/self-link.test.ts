import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { SelfLink } from './self-link.js';
import type { TransferSocket } from './sockets.js';

/** Both ends of a link: what each has heard. */
class Ends {
  readonly clock = new VirtualClock();
  readonly heard: number[] = [];
  readonly told: number[] = [];
  readonly closed: string[] = [];
  readonly adopted: Uint8Array[] = [];
  adopts = false;
  socket!: TransferSocket;
  readonly link: SelfLink;
  private readonly memory = new Uint8Array(3);

  constructor() {
    this.link = new SelfLink(
      (socket) => {
        this.socket = socket;
        return {
          room: () => this.memory,
          filled: (count) => {
            this.heard.push(...this.memory.subarray(0, count));
          },
          adopt: (bytes) => this.adopts && this.adopted.push(bytes) > 0,
          ended: () => assert.fail('a link closes as a whole'),
          closed: (error) => {
            this.closed.push(`server ${error?.message ?? 'well'}`);
          },
        };
      },
      {
        bytes: (chunk) => {
          this.told.push(...chunk);
          return true;
        },
        closed: (error) => {
          this.closed.push(`client ${error?.message ?? 'well'}`);
        },
      },
      this.clock,
    );
  }
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what one end sends the other hears, in order, after the call', async () => {
  const ends = new Ends();
  assert.equal(ends.link.send([Uint8Array.of(1, 2, 3, 4, 5), Uint8Array.of(6)]), true);
  const answer = Uint8Array.of(7, 8);
  let done = 0;
  ends.socket.write(answer, (error) => {
    assert.equal(error, null);
    done++;
  });
  answer.fill(0);
  assert.deepEqual([ends.heard, ends.told, done], [[], [], 0]);
  await later();
  assert.deepEqual([ends.heard, ends.told, done], [[1, 2, 3, 4, 5, 6], [7, 8], 1]);
});

test('a server is given packets where they are, when it can take them', async () => {
  const ends = new Ends();
  ends.adopts = true;
  const packet = new Uint8Array(4096).fill(5);
  ends.link.send([Uint8Array.of(1, 2), packet]);
  await later();
  assert.deepEqual(ends.heard, [1, 2]);
  assert.deepEqual([ends.adopted.length, ends.adopted[0] === packet], [1, true]);
  ends.adopts = false;
  ends.link.send([packet]);
  await later();
  assert.equal(ends.heard.length, 2 + packet.length);
});

test('a server that pauses makes the client wait', async () => {
  const ends = new Ends();
  ends.socket.pause();
  assert.equal(ends.link.send([new Uint8Array(1024 * 1024)]), false);
  let drained = false;
  const waiting = ends.link.drained().then(() => {
    drained = true;
  });
  await later();
  assert.deepEqual([ends.heard.length, drained], [0, false]);
  ends.socket.resume();
  await waiting;
  assert.equal(ends.heard.length, 1024 * 1024);
});

test('either end closes both, once; what the server said before goes out', async () => {
  const ends = new Ends();
  ends.socket.write(Uint8Array.of(9));
  ends.socket.finish();
  await later();
  assert.deepEqual([ends.told, ends.closed], [[9], ['server well', 'client well']]);
  ends.link.destroy();
  await later();
  assert.equal(ends.closed.length, 2);

  const broken = new Ends();
  broken.link.send([Uint8Array.of(1)]);
  broken.link.destroy(new Error('given up'));
  await later();
  assert.deepEqual([broken.heard, broken.closed], [[], ['server given up', 'client given up']]);
  assert.equal(broken.link.send([Uint8Array.of(1)]), true);
  await broken.link.drained();
});

test('a server that is silent for too long is given up', async () => {
  const ends = new Ends();
  ends.link.expect(1000);
  ends.clock.advance(900);
  ends.socket.write(Uint8Array.of(1));
  await later();
  ends.clock.advance(900);
  await later();
  assert.deepEqual(ends.closed, []);
  ends.clock.advance(1000);
  await later();
  assert.deepEqual(ends.closed, ['server nothing was heard for 1000 ms', 'client nothing was heard for 1000 ms']);
});
