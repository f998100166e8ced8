export { ackFlag, Ecn, flagsOf, isCongested, makeAck, outOfBandStatus, statusOfFlag, UNKNOWN_SEQNO } from './ack.js';
export { checksumsLength, chunkStart } from './checksum.js';
export { Op, TRANSFER_VERSION, writeMessage, writeOp } from './ops.js';
export {
  HEARTBEAT_SEQNO,
  MAX_PACKET_BYTES,
  MAX_PACKET_HEAD_BYTES,
  Packet,
  PacketPool,
  packetPieces,
  writePacketHead,
} from './packet.js';
export { TransferReader } from './reader.js';
