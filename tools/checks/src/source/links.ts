import type { Stripped } from './strip.js';

/** One import, re-export, dynamic import or `new URL('./x.js', import.meta.url)`. */
export interface Link {
  readonly specifier: string;
  /** Offset of the statement in the source. */
  readonly offset: number;
  /** Only the name of a file (`new URL`): a worker, a program, a document. */
  readonly fileName: boolean;
  /** Erased by the compiler: gives no code at run time. */
  readonly typeOnly: boolean;
  /** Names taken: the exported name at the other end and the name here; '*' stands for all. */
  readonly names: readonly Name[];
  /** What is taken is at once exported from here. */
  readonly reExport: boolean;
}

export interface Name {
  readonly theirs: string;
  readonly ours: string;
  /** Marked as a type, so it is erased. */
  readonly isType: boolean;
}

/** An export that a file declares itself. */
export interface OwnExport {
  readonly name: string;
  readonly offset: number;
  /** An interface or a type alias. */
  readonly isType: boolean;
}

const STATEMENT =
  /\b(import|export)\s+(type\s+)?((?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?|[\w$]+))\s*from\s*['"]([^'"]+)['"]/g;
const BARE_IMPORT = /\bimport\s*['"]([^'"]+)['"]/g;
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
const FILE_URL = /\bnew URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g;
const DECLARATION =
  /\bexport\s+(?:declare\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(function\*?|class|const|let|type|interface)\s+([\w$]+)/g;
const LOCAL_LIST = /\bexport\s+(type\s+)?\{([^}]*)\}(?!\s*from)/g;

/** All links of a source to other modules. */
export function findLinks({ withStrings, code }: Stripped): Link[] {
  const links: Link[] = [];
  const each = (pattern: RegExp, make: (match: RegExpExecArray) => Link): void => {
    for (const match of withStrings.matchAll(pattern)) {
      if (code[match.index] !== ' ') links.push(make(match as RegExpExecArray));
    }
  };
  each(STATEMENT, (match) => fromStatement(match));
  const all = (match: RegExpExecArray, fileName = false): Link => ({
    specifier: match[1] as string,
    offset: match.index,
    fileName,
    typeOnly: false,
    names: [{ theirs: '*', ours: '*', isType: false }],
    reExport: false,
  });
  each(BARE_IMPORT, (match) => all(match));
  each(DYNAMIC_IMPORT, (match) => all(match));
  each(FILE_URL, (match) => all(match, true));
  return links;
}

/** All exports that the source declares itself, not those it passes on. */
export function findExports({ code }: Stripped): OwnExport[] {
  const found: OwnExport[] = [];
  for (const match of code.matchAll(DECLARATION)) {
    const isType = match[1] === 'type' || match[1] === 'interface';
    found.push({ name: match[2] as string, offset: match.index, isType });
  }
  for (const match of code.matchAll(LOCAL_LIST)) {
    for (const name of nameList(match[2] as string)) {
      found.push({ name: name.ours, offset: match.index, isType: match[1] !== undefined });
    }
  }
  return found;
}

function fromStatement(match: RegExpExecArray): Link {
  const clause = match[3] as string;
  const braces = /\{([^}]*)\}/.exec(clause);
  const inBraces = braces === null ? [] : nameList(braces[1] as string);
  const allTypes = inBraces.length > 0 && inBraces.every((name) => name.isType);
  const outside = clause
    .replace(/\{[^}]*\}/, '')
    .replace(/,/g, '')
    .trim();
  const isType = match[2] !== undefined;
  const names = inBraces.map((name) => ({ ...name, isType: name.isType || isType }));
  if (outside.startsWith('*')) names.push({ theirs: '*', ours: /as\s+([\w$]+)/.exec(outside)?.[1] ?? '*', isType });
  else if (outside !== '') names.push({ theirs: 'default', ours: outside, isType });
  return {
    specifier: match[4] as string,
    offset: match.index,
    fileName: false,
    typeOnly: isType || (allTypes && outside === ''),
    names,
    reExport: match[1] === 'export',
  };
}

function nameList(text: string): Name[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [theirs, ours] = part.replace(/^type\s+/, '').split(/\s+as\s+/) as [string, string?];
      return { theirs, ours: ours ?? theirs, isType: /^type\s/.test(part) };
    });
}
