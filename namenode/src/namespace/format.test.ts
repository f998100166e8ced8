import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Harness } from './harness.fixture.js';
import { CommandKind } from './index.js';
import { FORMAT_VERSION } from './records.js';

const storage = { datanodeUuid: 'dn', storageId: 'DS' };

/** One of everything that has rows, by a log whose every byte is known. */
function everything(): Harness {
  const harness = Harness.made();
  const client = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
  const file = { path: '/d/f', mode: 0o644, clientName: 'c', flags: 1, createParent: true };
  harness.run('alice', CommandKind.MKDIRS, { path: '/d', mode: 0o1755 });
  harness.run(
    'alice',
    CommandKind.CREATE,
    { ...file, replication: 3, blockSizeBytes: 1000 },
    { clientId: client, callId: 5 },
  );
  const block = { path: '/d/f', fileId: 0, clientName: 'c', targets: [storage], minimal: [] };
  harness.run('alice', CommandKind.ADD_BLOCK, block);
  harness.run('alice', CommandKind.MKDIRS, { path: '/gone/below', mode: 0o700 });
  harness.run('alice', CommandKind.DELETE, { path: '/gone', recursive: true });
  return harness;
}

describe('the format of the store', () => {
  test('is what docs/formats/store.md says, byte by byte: a change needs a new version', () => {
    assert.equal(FORMAT_VERSION, 1);
    const rows: string[] = [];
    everything().store.range(Uint8Array.of(0), Uint8Array.of(255), (key, value) => {
      rows.push(`${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`);
      return true;
    });
    assert.deepEqual(rows, PINNED);
  });
});

const PINNED: string[] = [
  '0100 00010000000000000007000000000000000100000000000f42860000000000004005000000004000000100000000000003e90000000000000000010000000000000001',
  '0101 054349442d31000000070442502d310000000000000001',
  '0102 01000000ff00100000000000000000000a000027100000000100000200000000000036ee80',
  '0200000000 726f6f74',
  '0200000001 737570657267726f7570',
  '0200000002 616c696365',
  '0300000000 02646e4453',
  '100000000000000000 010001ff818001000186853d000001010100b8170000',
  '10000000000000400164 010003ed8280010201e8843d000001010000b8170000',
  '10000000000000400266 020101a48380010201e8843de8843d0003e8070100e807',
  '10000000000000400462656c6f77 010001c08580010201fc843d000000000000000000',
  '110000000000004002 000000000000400164',
  '110000000000004003 000000000000400266',
  '110000000000004004 0000000000004001676f6e65',
  '110000000000004005 000000000000400462656c6f77',
  '12000000000000400300000000 0000000040000001e9070000',
  '130000000000004003 01630831302e302e302e3101000000',
  '140000000000004004 01',
  '1500000000 00000000000f4268000000050102030405060708090a0b0c0d0e0f102f080210838001180020a4032a05616c696365320a737570657267726f757038e8843d40e8843d480350e80758016000',
];
