import { binaryPrefix } from '../../text/index.js';
import type { StatusName } from './statuses.js';

/** How an iteration ended; bytes are -1 where it did not come so far (Balancer.Result). */
export interface IterationResult {
  readonly status: StatusName;
  readonly iteration: number;
  readonly bytesAlreadyMoved: number;
  readonly bytesLeftToMove: number;
  readonly bytesBeingMoved: number;
  readonly blocksMoved: number;
}

/** HDFS's heading, which has no word for the blocks. */
export const TABLE_HEAD =
  'Time Stamp               Iteration#  Bytes Already Moved  Bytes Left To Move  Bytes Being Moved  NameNode\n';

/** One iteration as HDFS prints it (Balancer.Result.print). */
export function tableRow(atMs: number, result: IterationResult, namenode: string): string {
  const cells = [
    javaDateTime(atMs).padEnd(24),
    String(result.iteration).padStart(10),
    byteText(result.bytesAlreadyMoved).padStart(20),
    byteText(result.bytesLeftToMove).padStart(19),
    byteText(result.bytesBeingMoved).padStart(18),
    String(result.blocksMoved).padStart(18),
    ` ${namenode}`,
  ];
  return `${cells.join(' ')}\n`;
}

/** The last line: how long it all took. */
export function tookLine(atMs: number, tookMs: number): string {
  return `${javaDateTime(atMs).padEnd(24)} Balancing took ${durationText(tookMs)}\n`;
}

/** StringUtils.byteDesc */
function byteText(bytes: number): string {
  return binaryPrefix(bytes, 'B', 2);
}

/** Balancer.time2Str: in the largest unit of which there is one. */
function durationText(ms: number): string {
  if (ms < 1000) return `${javaDecimal(ms)} milliseconds`;
  if (ms < 60_000) return `${javaDecimal(ms / 1000)} seconds`;
  if (ms < 3_600_000) return `${javaDecimal(ms / 60_000)} minutes`;
  return `${javaDecimal(ms / 3_600_000)} hours`;
}

function javaDecimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** As DateFormat.getDateTimeInstance prints a time in English: "Nov 21, 2026, 3:02:15 PM". */
function javaDateTime(ms: number): string {
  const format = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium' });
  return format.format(ms).replaceAll('\u202f', ' ');
}
