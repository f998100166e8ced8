/** How the balancer ends (ExitStatus); a shell sees the lowest eight bits of the code. */
const ExitStatus = {
  SUCCESS: 0,
  IN_PROGRESS: 1,
  ALREADY_RUNNING: -1,
  NO_MOVE_BLOCK: -2,
  NO_MOVE_PROGRESS: -3,
  IO_EXCEPTION: -4,
  ILLEGAL_ARGUMENTS: -5,
  INTERRUPTED: -6,
  UNFINALIZED_UPGRADE: -7,
} as const;
export type StatusName = keyof typeof ExitStatus;

/** The exit code of a status, as a process may have it. */
export function exitCodeOf(status: StatusName): number {
  return ExitStatus[status] & 0xff;
}
