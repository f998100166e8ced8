import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { seededRandom } from '@rfs/base/system';
import fc from 'fast-check';
import {
  BlockOpResponseProto,
  ChecksumTypeProto,
  decodePacketHeaderProto,
  encodePacketHeaderProto,
  OpReadBlockProto,
  PipelineAckProto,
  Status,
} from '../messages/index.js';
import {
  ackFlag,
  checksumsLength,
  chunkStart,
  Ecn,
  flagsOf,
  HEARTBEAT_SEQNO,
  isCongested,
  MAX_PACKET_HEAD_BYTES,
  makeAck,
  Op,
  outOfBandStatus,
  type Packet,
  PacketPool,
  packetPieces,
  statusOfFlag,
  TransferReader,
  UNKNOWN_SEQNO,
  writeMessage,
  writeOp,
  writePacketHead,
} from './index.js';

const READ: OpReadBlockProto = {
  header: {
    baseHeader: { block: { poolId: 'BP-1', blockId: 1073741825, generationStamp: 1001 } },
    clientName: 'DFSClient_1',
  },
  offset: 0,
  len: 1000,
};

function joined(pieces: readonly Uint8Array[]): Buffer {
  const writer = new ByteWriter();
  for (const piece of pieces) writer.bytes(piece);
  return writer.copy();
}

interface Sent {
  readonly seqno: number;
  readonly offset: number;
  readonly checksums: Uint8Array;
  readonly data: Uint8Array;
  readonly last: boolean;
  readonly sync: boolean;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  seqno: fc.oneof(fc.constant(HEARTBEAT_SEQNO), fc.nat(1e9)),
  offset: fc.nat(2 ** 31 - 1).map((n) => n * 1024),
  checksums: fc.uint8Array({ maxLength: 64 }),
  data: fc.uint8Array({ maxLength: 3000 }),
  last: fc.boolean(),
  sync: fc.boolean(),
});

function pieces({ seqno, offset, checksums, data, last, sync }: Sent): Uint8Array[] {
  return packetPieces(seqno, offset, checksums, data, last, sync);
}

function assertPacket(packet: Packet, expected: Sent): void {
  assert.equal(packet.seqno, expected.seqno);
  assert.equal(packet.offsetInBlock, expected.offset);
  assert.equal(packet.dataLength, expected.data.length);
  assert.equal(packet.checksumsLength, expected.checksums.length);
  assert.deepEqual(new Uint8Array(packet.data), expected.data);
  assert.deepEqual(new Uint8Array(packet.checksums), expected.checksums);
  assert.equal(packet.last, expected.last);
  assert.equal(packet.sync, expected.sync);
  assert.deepEqual(packet.bytes, joined(pieces(expected)));
}

test("a packet's head is Hadoop's: lengths, then PacketHeaderProto as the generated codec writes it", () => {
  fc.assert(
    fc.property(sent, (packet) => {
      const head = Buffer.alloc(MAX_PACKET_HEAD_BYTES + 3);
      const { seqno, offset, checksums, data, last, sync } = packet;
      const end = writePacketHead(head, 3, seqno, offset, checksums.length, data.length, last, sync);
      assert.equal(head.readUInt32BE(3), 4 + checksums.length + data.length);
      assert.equal(head.readUInt16BE(7), end - 9);
      const writer = new ByteWriter();
      const fields = { offsetInBlock: offset, seqno, lastPacketInBlock: last, dataLen: data.length };
      encodePacketHeaderProto(writer, sync ? { ...fields, syncBlock: true } : fields);
      assert.deepEqual(head.subarray(9, end), writer.copy());
      assert.deepEqual(decodePacketHeaderProto(new ByteReader(head, 9, end), end), { ...fields, syncBlock: sync });
    }),
  );
});

test('ops, messages and packets come out as they went in, however the stream is cut', () => {
  const pool = new PacketPool();
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 6 }), fc.nat(), (packets, seed) => {
      const writer = new ByteWriter();
      writeOp(writer, Op.READ_BLOCK, OpReadBlockProto, READ);
      for (const packet of packets) for (const piece of pieces(packet)) writer.bytes(piece);
      writeMessage(writer, PipelineAckProto, makeAck(7, [ackFlag(Status.SUCCESS), ackFlag(Status.ERROR)]));
      const stream = writer.copy();
      const random = seededRandom(seed);
      const reader = new TransferReader(pool);
      let at = 0;
      let lent: Buffer | undefined;
      const next = <T>(ask: () => T | null): T => {
        for (;;) {
          const got = ask();
          if (got !== null) return got;
          assert.ok(at < stream.length, 'the stream ends too early');
          const end = Math.min(stream.length, at + 1 + random.below(random.below(2) === 0 ? 10 : 4000));
          lent?.fill(0xee);
          const chunk = Buffer.from(stream.subarray(at, end));
          lent = random.below(2) === 0 ? chunk : undefined;
          reader.push(chunk, lent !== undefined);
          at = end;
        }
      };
      assert.equal(
        next(() => reader.nextOp()),
        Op.READ_BLOCK,
      );
      assert.equal(next(() => reader.nextMessage(OpReadBlockProto)).header.clientName, 'DFSClient_1');
      for (const packet of packets) {
        const got = next(() => reader.nextPacket());
        assertPacket(got, packet);
        got.release();
        got.release();
      }
      const ack = next(() => reader.nextMessage(PipelineAckProto));
      assert.deepEqual(ack.reply, [Status.SUCCESS, Status.ERROR]);
      assert.equal(reader.buffered, stream.length - at);
    }),
    { seed: 3 },
  );
});

test('what was not asked for waits for the next question', () => {
  const writer = new ByteWriter();
  writeMessage(writer, BlockOpResponseProto, { status: Status.SUCCESS });
  const one = writer.copy();
  const reader = new TransferReader();
  reader.push(one);
  reader.push(one);
  assert.equal(reader.buffered, 2 * one.length);
  assert.equal(reader.nextMessage(BlockOpResponseProto)?.status, Status.SUCCESS);
  assert.equal(reader.nextMessage(BlockOpResponseProto)?.status, Status.SUCCESS);
  assert.equal(reader.nextMessage(BlockOpResponseProto), null);
});

test('packets that are held keep their bytes while others come', () => {
  const pool = new PacketPool();
  const reader = new TransferReader(pool);
  const held: [Packet, Sent][] = [];
  for (let seqno = 0; seqno < 20; seqno++) {
    const packet = {
      seqno,
      offset: 0,
      checksums: Buffer.alloc(4, seqno),
      data: Buffer.alloc(70_000 * (seqno % 2) + 9, seqno),
      last: false,
      sync: false,
    };
    const bytes = joined(pieces(packet));
    reader.push(bytes.subarray(0, 20));
    assert.equal(reader.nextPacket(), null);
    reader.push(bytes.subarray(20));
    held.push([
      reader.nextPacket() as Packet,
      { ...packet, checksums: new Uint8Array(packet.checksums), data: new Uint8Array(packet.data) },
    ]);
    if (seqno % 3 === 0) held.shift()?.[0].release();
  }
  for (const [packet, expected] of held) assertPacket(packet, expected);
});

test('bytes against the rules are malformed', () => {
  const read = (bytes: number[], ask: (reader: TransferReader) => unknown): void => {
    const reader = new TransferReader();
    reader.push(Buffer.from(bytes));
    assert.throws(() => ask(reader), MalformedBytes);
  };
  read([0, 27, 80], (reader) => reader.nextOp());
  read([0xff, 0xff, 0xff, 0xff, 0xff, 0x01], (reader) => reader.nextMessage(BlockOpResponseProto));
  read([0x80, 0x80, 0x80, 0x01], (reader) => reader.nextMessage(BlockOpResponseProto));
  read([1, 0xff], (reader) => reader.nextMessage(BlockOpResponseProto));
  read([0, 0, 0, 3, 0, 25], (reader) => reader.nextPacket());
  read([0x7f, 0, 0, 0, 0, 25], (reader) => reader.nextPacket());
  read([0, 0, 0, 4, 0xff, 0xff], (reader) => reader.nextPacket());
  const tooMuch = joined(packetPieces(1, 0, Buffer.alloc(0), Buffer.alloc(10)));
  tooMuch.writeUInt32BE(4 + 9, 0);
  read([...tooMuch], (reader) => reader.nextPacket());
});

test('damaged streams are read or malformed, nothing else', () => {
  const random = seededRandom(99);
  for (let round = 0; round < 300; round++) {
    const bytes = joined([
      ...packetPieces(1, 0, random.bytes(8), random.bytes(1024)),
      ...packetPieces(2, 1024, random.bytes(0), random.bytes(0), true),
    ]);
    bytes[random.below(40)] = random.below(256);
    const reader = new TransferReader();
    reader.push(bytes);
    try {
      while (reader.nextPacket() !== null);
    } catch (error) {
      assert.ok(error instanceof MalformedBytes, String(error));
    }
  }
});

test('acks say how each datanode fares', () => {
  const flags = [ackFlag(Status.SUCCESS), ackFlag(Status.ERROR_CHECKSUM, Ecn.CONGESTED)];
  const ack = makeAck(5, flags, 12);
  assert.deepEqual(ack.reply, [Status.SUCCESS, Status.ERROR_CHECKSUM]);
  assert.deepEqual(flagsOf(ack), flags);
  assert.deepEqual(flagsOf({ seqno: 5, reply: [Status.ERROR], flag: [] }), [ackFlag(Status.ERROR)]);
  assert.equal(statusOfFlag(flags[1] as number), Status.ERROR_CHECKSUM);
  assert.deepEqual(flags.map(isCongested), [false, true]);
  assert.equal(outOfBandStatus(makeAck(5, [ackFlag(Status.OOB_RESTART)])), undefined);
  assert.equal(
    outOfBandStatus(makeAck(UNKNOWN_SEQNO, [ackFlag(Status.SUCCESS), ackFlag(Status.OOB_RESTART)])),
    Status.OOB_RESTART,
  );
});

test('checksums take four bytes a chunk, a partial last one included', () => {
  assert.equal(checksumsLength(ChecksumTypeProto.CHECKSUM_CRC32C, 512, 1025), 12);
  assert.equal(checksumsLength(ChecksumTypeProto.CHECKSUM_CRC32C, 512, 0), 0);
  assert.equal(checksumsLength(ChecksumTypeProto.CHECKSUM_NULL, 512, 1025), 0);
  assert.equal(chunkStart(512, 1025), 1024);
});
