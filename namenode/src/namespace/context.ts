import type { Failure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import type { Caller } from './permissions.js';
import type { BatchView } from './view.js';

/** What an operation is judged and carried out with. */
export interface OpContext {
  readonly view: BatchView;
  readonly caller: Caller;
  /** The leader's clock when the command was made. */
  readonly timeMs: number;
  /** Where the call came from; empty for what the filesystem does itself. */
  readonly clientMachine: string;
}

/**
 * One command's work: the reply's value, or the refusal. It must have asked everything before it changes anything, and
 * may look at nothing but the context and the message. The context is another command's when it has returned.
 */
export type Operation<Message> = (context: OpContext, message: Message) => unknown;

/** A refusal from the exception table. */
export type Refusal = Failure<ExceptionCode>;

/** The tail of HDFS's text for safe mode by command (FSNamesystem.getTurnOffTip). */
const MANUAL_SAFE_MODE_TIP = 'It was turned on manually. Use "hdfs dfsadmin -safemode leave" to turn safe mode off.';

/** FSNamesystem.newSafemodeException without the host's name, which is another one on every replica. */
export function safeModeText(what: string, tip: string): string {
  return `${what}. Name node is in safe mode.\n${tip}`;
}

/** Refuses changes while safe mode is on by command: `what` of `path` cannot be done. */
export function checkSafeMode(context: OpContext, what: string, path = ''): Refusal | undefined {
  if (!context.view.state.safeMode) return undefined;
  return failure('SafeModeException', safeModeText(what + path, MANUAL_SAFE_MODE_TIP));
}
