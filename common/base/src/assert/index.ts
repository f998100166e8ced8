/** A broken invariant: a bug of ours. Whoever composes the process logs it and stops the node. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Stops the node when an invariant does not hold. `message` says which invariant, with the values that broke it. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Ends a `switch` over a tagged union: the compiler finds the forgotten case. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable case: ${String(value)}`);
}
