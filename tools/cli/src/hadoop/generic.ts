import { propertiesOf, UsageError } from '../options/index.js';

/** What stands before the command and holds for all of them (GenericOptionsParser). */
export interface GenericOptions {
  readonly fs: string | undefined;
  /** A folder with core-site.xml and hdfs-site.xml. */
  readonly confFolder: string | undefined;
  readonly confFiles: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly json: boolean;
  /** The command and its arguments. */
  readonly rest: readonly string[];
}

/** Takes the generic options from the front of the words; the first other word is the command. */
export function takeGeneric(words: readonly string[]): GenericOptions {
  let fs: string | undefined;
  let confFolder: string | undefined;
  const confFiles: string[] = [];
  const pairs: string[] = [];
  let json = false;
  let at = 0;
  const value = (option: string): string => {
    const next = words[++at];
    if (next === undefined) throw new UsageError(`${option} needs a value`);
    return next;
  };
  for (; at < words.length; at++) {
    const word = words[at]!;
    const [name, inline] = split(word);
    if (name === '-fs' || name === '--fs') fs = inline ?? value(name);
    else if (name === '--conf') confFolder = inline ?? value(name);
    else if (name === '-conf') confFiles.push(value(name));
    else if (word === '--json') json = true;
    else if (word === '-D') pairs.push(value(word));
    else if (word.startsWith('-D') && word.includes('=')) pairs.push(word.slice(2));
    else break;
  }
  return { fs, confFolder, confFiles, properties: propertiesOf(pairs), json, rest: words.slice(at) };
}

/** `--name=value` as both parts. */
function split(word: string): [string, string | undefined] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}
