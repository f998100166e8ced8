/** What of a process is recorded, and where. */
export interface Recorded {
  /** The library made of `tools/testing/clients/record_disk.c`. */
  readonly recorder: string;
  /** The folder whose changes are recorded; not the one the process makes itself, but one above. */
  readonly disk: string;
  readonly record: string;
  /** The process is killed behind the record of that number. */
  readonly killAt?: number;
}

/** The environment of a process that is to be recorded. */
export function recordedEnvironment({ recorder, disk, record, killAt }: Recorded): Record<string, string> {
  return {
    LD_PRELOAD: recorder,
    RECORD_UNDER: disk,
    RECORD_TO: record,
    ...(killAt === undefined ? {} : { RECORD_KILL_AT: String(killAt) }),
    // What libuv gives to the kernel's ring is no system call that could be seen.
    UV_USE_IO_URING: '0',
  };
}
