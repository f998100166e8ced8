import type { Failure } from '@rfs/base/failure';
import { failure, retriable } from '@rfs/protocol/exceptions';

export function notLeading(): Failure {
  return failure('StandbyException', 'Operation category WRITE is not supported in state standby');
}

export function stopping(): Failure {
  return failure('StandbyException', 'The namenode is stopping');
}

/** The leader did not say up to where a read must wait. */
export function unanswered(): Failure {
  return failure('StandbyException', 'The leader did not answer in time');
}

/** As HDFS answers when its own resource check has failed (FSNamesystem.checkNameNodeSafeMode). */
export function noRoom(): Failure {
  return retriable(failure('SafeModeException', 'The journal has no room on its disk; add or free space'));
}

export function notChangeable(reason: string): Failure {
  return failure('RetriableException', `The membership cannot be changed now: ${reason}`);
}

/** Dropping entries that a namenode still needs could lose acknowledged changes with the next failure. */
export function keepsTooMuch(maxBytes: number): Failure {
  const what = `The journal has reached ${maxBytes} bytes that a namenode which is behind still needs`;
  return retriable(failure('SafeModeException', `${what}; start that one, or remove it (rfs haadmin -remove)`));
}
