import { FailureError } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';

/** The refusal of an operation on a replica, to be thrown: none of them is on a path that runs per packet. */
export function refusal(code: ExceptionCode, message: string): FailureError {
  return new FailureError(failure(code, message));
}
