import { Failure } from '@rfs/base/failure';
import { type ExceptionCode, type ExceptionRow, exceptionTable } from './table.js';

/** A refusal whose code stands in the exception table. */
export type HdfsFailure<Code extends ExceptionCode = ExceptionCode> = Failure<Code>;

const codeOfClass = new Map<string, ExceptionCode>();
for (const code of Object.keys(exceptionTable) as ExceptionCode[])
  codeOfClass.set(exceptionTable[code].javaClass, code);

/** The refusal `code` with a text for people; HDFS's own wording where scripts read it. */
export function failure<Code extends ExceptionCode>(code: Code, message: string): HdfsFailure<Code> {
  return new Failure(code, message);
}

/**
 * RetriableException around another refusal: the client repeats the call, and logs what it waits for.
 * On the wire the cause stands in the text as "class: message", as Java prints a cause.
 */
export function retriable(cause: Failure): HdfsFailure<'RetriableException'> {
  return failure('RetriableException', `${javaClassOf(cause.code)}: ${cause.message}`);
}

/** The refusal inside {@link retriable}'s text; undefined when the text names no class of the table. */
export function causeOf(wrapped: Failure): HdfsFailure | undefined {
  const colon = wrapped.message.indexOf(': ');
  const code = codeOfClass.get(colon < 0 ? wrapped.message : wrapped.message.slice(0, colon));
  if (code === undefined) return undefined;
  return failure(code, colon < 0 ? '' : wrapped.message.slice(colon + 2));
}

/** The table's row for a code. A code that is not in the table (a fault of ours) counts as IOException. */
export function rowOf(code: string): ExceptionRow {
  return Object.hasOwn(exceptionTable, code) ? exceptionTable[code as ExceptionCode] : exceptionTable.IOException;
}

/** True for a refusal that sends the client to another server, which may do what was asked. */
export function sendsElsewhere(code: string): boolean {
  const { retry } = rowOf(code);
  return retry === 'failover' || retry === 'active';
}

export function javaClassOf(code: string): string {
  return rowOf(code).javaClass;
}

/** The code of a Java class, undefined when the table does not have it. */
export function codeOfJavaClass(javaClass: string): ExceptionCode | undefined {
  return codeOfClass.get(javaClass);
}

/**
 * The refusal that a server sent as class name and text. Java servers append a stack trace, which is cut off. A class
 * that the table does not have becomes RemoteException with the class in its text.
 */
export function failureFromRemote(javaClass: string, text: string): HdfsFailure {
  const trace = text.indexOf('\n\tat ');
  const message = trace < 0 ? text : text.slice(0, trace);
  const code = codeOfClass.get(javaClass);
  return code === undefined ? failure('RemoteException', `${javaClass}: ${message}`) : failure(code, message);
}
