import { UsageError } from '../command/errors.js';

/** One step of a path with wildcards, by the rules of Hadoop's GlobPattern. */
export class Pattern {
  /** False for a step that only stands for itself. */
  readonly isWild: boolean;
  private readonly expression: RegExp;

  constructor(glob: string) {
    const translated = translate(glob);
    this.isWild = translated.isWild;
    try {
      this.expression = new RegExp(`^(?:${translated.source})$`, 'su');
    } catch {
      throw new UsageError(`Illegal file pattern: ${glob}`);
    }
  }

  matches(name: string): boolean {
    return this.expression.test(name);
  }
}

/** Characters that mean something to a regular expression but nothing to a glob. */
const SPECIAL = /[\\^$.|?*+()[\]{}/]/;
const SPECIAL_IN_SET = /[\\^[\]-]/;

const literal = (character: string): string => (SPECIAL.test(character) ? `\\${character}` : character);
const literalInSet = (character: string): string => (SPECIAL_IN_SET.test(character) ? `\\${character}` : character);

function translate(glob: string): { source: string; isWild: boolean } {
  let source = '';
  let isWild = false;
  let inSet = false;
  let depth = 0;
  const characters = [...glob];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === '\\') {
      const next = characters[++at];
      if (next === undefined) throw new UsageError(patternError('Missing escaped character', glob, at));
      source += inSet ? literalInSet(next) : literal(next);
    } else if (inSet) {
      if (character === ']') inSet = false;
      else if (character === '[') throw new UsageError(patternError('Unclosed character class', glob, at));
      source += setMember(character, characters[at - 1]);
    } else {
      switch (character) {
        case '*':
          source += '.*';
          isWild = true;
          break;
        case '?':
          source += '.';
          isWild = true;
          break;
        case '[':
          source += '[';
          inSet = true;
          isWild = true;
          break;
        case '{':
          source += '(?:';
          depth++;
          isWild = true;
          break;
        case ',':
          source += depth > 0 ? '|' : ',';
          break;
        case '}':
          source += depth > 0 ? ')' : '\\}';
          if (depth > 0) depth--;
          break;
        default:
          source += literal(character);
      }
    }
  }
  if (inSet) throw new UsageError(patternError('Unclosed character class', glob, glob.length));
  if (depth > 0) throw new UsageError(patternError('Unclosed group', glob, glob.length));
  return { source, isWild };
}

/** Inside `[...]`: `!` or `^` right after the bracket negates, `-` makes a range. */
function setMember(character: string, before: string | undefined): string {
  if (character === ']' || character === '-') return character;
  if (character === '!' || character === '^') return before === '[' ? '^' : literalInSet(character);
  return literalInSet(character);
}

function patternError(problem: string, glob: string, at: number): string {
  return `Illegal file pattern: ${problem} at pos ${at} near index ${at} ${glob}`;
}
