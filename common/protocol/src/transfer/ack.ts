import { type PipelineAckProto, Status } from '../messages/index.js';

/** Sequence number of an ack that answers no packet but says something on its own (PipelineAck.UNKOWN_SEQNO). */
export const UNKNOWN_SEQNO = -2;

/** Explicit congestion notification in a datanode's ack (PipelineAck.ECN). */
export const Ecn = { DISABLED: 0, SUPPORTED: 1, CONGESTED: 3 } as const;
export type Ecn = (typeof Ecn)[keyof typeof Ecn];

const STATUS_MASK = 0xf;
const ECN_SHIFT = 5;
const ECN_MASK = 3;

/** One datanode's entry in PipelineAckProto.flag: four bits of status, one spare, two of congestion, two of slowness. */
export function ackFlag(status: Status, ecn: Ecn = Ecn.DISABLED): number {
  return status | (ecn << ECN_SHIFT);
}

/** The status that a flag carries. */
export function statusOfFlag(flag: number): Status {
  return (flag & STATUS_MASK) as Status;
}

/** True when a flag says that its datanode has more to do than it can. */
export function isCongested(flag: number): boolean {
  return ((flag >>> ECN_SHIFT) & ECN_MASK) === Ecn.CONGESTED;
}

/** The flags of an ack; older senders give statuses only. */
export function flagsOf(ack: PipelineAckProto): number[] {
  return ack.flag.length > 0 ? ack.flag : ack.reply.map((status) => ackFlag(status));
}

/** An ack from its flags, nearest datanode first. `downstreamNanos`: how long the next datanode's ack took, 0 for none. */
export function makeAck(seqno: number, flags: number[], downstreamNanos = 0): PipelineAckProto {
  return { seqno, reply: flags.map(statusOfFlag), downstreamAckTimeNanos: downstreamNanos, flag: flags };
}

/** The out-of-band status of an ack (a datanode that is about to restart), if it has one (PipelineAck.getOOBStatus). */
export function outOfBandStatus(ack: PipelineAckProto): Status | undefined {
  if (ack.seqno !== UNKNOWN_SEQNO) return undefined;
  return ack.reply.find((status) => status >= Status.OOB_RESTART && status <= Status.OOB_RESERVED3);
}
