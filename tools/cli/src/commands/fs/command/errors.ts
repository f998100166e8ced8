import { FailureError } from '@rfs/base/failure';

export { UsageError } from '../../../options/index.js';

/** The user's terminal or the reader of our output has gone: end quietly. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export interface PathErrorDetails {
  readonly operation?: string;
  readonly target?: string;
  /** Shown at the end when it is not the path as typed. */
  readonly qualified?: string;
}

/** One path failed and the command goes on with the next; the wording is Hadoop's PathIOException's. */
export class PathError extends Error {
  override readonly name = 'PathError';

  constructor(path: string, problem: string, details: PathErrorDetails = {}) {
    const operation = details.operation === undefined ? '' : `${details.operation} `;
    const target = details.target === undefined ? '' : ` to \`${details.target}'`;
    const qualified = details.qualified === undefined || details.qualified === path ? '' : `: \`${details.qualified}'`;
    super(`${operation}\`${path}'${target}: ${problem}${qualified}`);
  }
}

/** A failure that is no path's own, told as it is. */
export class ShellError extends Error {
  override readonly name = 'ShellError';
}

export const notFound = (path: string, details?: PathErrorDetails): PathError =>
  new PathError(path, 'No such file or directory', details);
export const exists = (path: string): PathError => new PathError(path, 'File exists');
export const isDirectory = (path: string): PathError => new PathError(path, 'Is a directory');
export const isNotDirectory = (path: string): PathError => new PathError(path, 'Is not a directory');
export const failed = (path: string, details?: PathErrorDetails): PathError =>
  new PathError(path, 'Input/output error', details);

/** True for what concerns one path or the file system: the command reports it and goes on. */
export function isExpected(error: unknown): error is Error {
  return error instanceof PathError || error instanceof ShellError || error instanceof FailureError;
}

/** True when the file system says that something is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof FailureError && error.failure.code === 'FileNotFoundException';
}
