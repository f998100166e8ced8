import { UsageError } from '../command/errors.js';

/** The parts of a name as a user types it, decoded: `%` and spaces stand for themselves. */
export interface Name {
  readonly scheme: string | undefined;
  /** `host:port` or a nameservice; '' when the slashes are there but nothing between them. */
  readonly authority: string | undefined;
  readonly path: string;
}

/** Splits a typed name by the rules of Hadoop's Path; refuses what Hadoop calls an illegal argument. */
export function parseName(text: string): Name {
  if (text === '') throw new UsageError('Can not create a Path from an empty string');
  const colon = text.indexOf(':');
  const slash = text.indexOf('/');
  let scheme: string | undefined;
  let start = 0;
  if (colon >= 0 && (slash < 0 || colon < slash)) {
    if (colon === 0) throw new UsageError(`java.net.URISyntaxException: Expected scheme name at index 0: ${text}`);
    if (slash !== colon + 1) {
      throw new UsageError(`java.net.URISyntaxException: Relative path in absolute URI: ${text}`);
    }
    scheme = text.slice(0, colon);
    start = colon + 1;
  }
  let authority: string | undefined;
  if (text.startsWith('//', start) && text.length - start > 2) {
    const nextSlash = text.indexOf('/', start + 2);
    const end = nextSlash > 0 ? nextSlash : text.length;
    authority = text.slice(start + 2, end);
    start = end;
  }
  return { scheme, authority, path: text.slice(start) };
}

/** The name as Hadoop's shell shows it: what was typed, decoded. */
export function showName(name: Name): string {
  const authority = name.authority === undefined ? '' : `//${name.authority}`;
  return name.scheme === undefined ? `${authority}${name.path}` : `${name.scheme}:${authority}${name.path}`;
}

/** The path with single slashes, without `.` and `..` steps and without a slash at the end; '/' stays. */
export function normalize(path: string): string {
  const absolute = path.startsWith('/');
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else steps.push(step);
  }
  return (absolute ? '/' : '') + steps.join('/');
}

/** The absolute form of a path that may be relative to `folder`. */
export function absolute(path: string, folder: string): string {
  return normalize(path.startsWith('/') ? path : `${folder}/${path}`);
}

/** The last step of a normalized path; '' for the root. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of a normalized absolute path; undefined for the root. */
export function parentOf(path: string): string | undefined {
  if (path === '/' || path === '') return undefined;
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function join(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

/** Characters that java.net.URI leaves alone in a path; beyond ASCII all but spaces and controls. */
const PLAIN =
  /^[A-Za-z0-9\-_.!~*'():@&=+$,;/\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\uffff]*$/;
const QUOTED =
  /[^A-Za-z0-9\-_.!~*'():@&=+$,;/\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\uffff]/gu;

/** The path with `%`-escapes as java.net.URI writes it: HDFS's shell sorts by this form and shows it in some errors. */
export function quotePath(path: string): string {
  if (PLAIN.test(path)) return path;
  return path.replace(QUOTED, (character) => {
    const bytes = new TextEncoder().encode(character);
    return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}
