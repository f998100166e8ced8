/**
 * An expected refusal, returned as a value (throwing costs about 6 µs, returning 6 ns).
 * `code` names a row of the exception table in `@rfs/protocol/exceptions`, which knows the Java class and HTTP status.
 */
export class Failure<Code extends string = string> {
  readonly code: Code;
  readonly message: string;

  constructor(code: Code, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** True when an operation refused. */
export function isFailure<T>(value: T | Failure): value is Failure {
  return value instanceof Failure;
}

/** A refusal on its way through code that may throw: the client library and the command line. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}
