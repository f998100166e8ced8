import { decodePercent, splitQuery } from './query.js';

export const PREFIX = '/webhdfs/v1';

/** True for what addresses WebHDFS. */
export function isBelow(url: string): boolean {
  return url.startsWith(PREFIX) && (url.length === PREFIX.length || '/?'.includes(url[PREFIX.length] as string));
}

/** What the first line of a request names. */
export interface Target {
  /** Absolute, decoded. */
  readonly path: string;
  readonly given: ReadonlyMap<string, string>;
}

/** The path and parameters of a URL under {@link PREFIX}; undefined when it is badly encoded or has a NUL. */
export function targetOf(url: string): Target | undefined {
  const mark = url.indexOf('?');
  const rawPath = url.slice(PREFIX.length, mark < 0 ? undefined : mark);
  const path = decodePercent(rawPath);
  const parameters = splitQuery(mark < 0 ? '' : url.slice(mark + 1));
  if (path === undefined || parameters === undefined || path.includes('\0')) return undefined;
  return { path: path === '' ? '/' : path, given: parameters };
}

/** A path as it stands in a URL: what java.net.URI leaves as it is in a path stays. */
export function encodePath(path: string): string {
  return encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23');
}

/** DFSUtilClient.isValidName: what may be asked of a datanode. */
export function isValidName(path: string): boolean {
  if (!path.startsWith('/')) return false;
  const parts = path.split('/');
  return parts.every((part, index) => {
    if (part === '..') return parts.length > 4 && parts[1] === '.reserved' && parts[2] === '.inodes';
    if (part === '.' || part.includes(':')) return false;
    return part !== '' || index === 0 || index === parts.length - 1;
  });
}
