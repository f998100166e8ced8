const REGEX_MAY_FOLLOW = new Set('(,=:[!&|?{};+-*%~^<>'.split(''));
const WORDS_BEFORE_REGEX = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'delete', 'await']);

/** A source text in two forms of the same length, so that offsets and lines agree with the original. */
export interface Stripped {
  /** Comments are blanks; strings are as they stand. */
  readonly withStrings: string;
  /** Comments and the insides of strings, templates and regular expressions are blanks. */
  readonly code: string;
}

/** Blanks out what is not code. Knows TypeScript's lexical grammar well enough for a formatted source. */
export function strip(text: string): Stripped {
  return new Scanner(text).run();
}

class Scanner {
  private readonly text: string;
  private readonly withStrings: string[];
  private readonly code: string[];
  private at = 0;

  constructor(text: string) {
    this.text = text;
    this.withStrings = text.split('');
    this.code = text.split('');
  }

  run(): Stripped {
    this.scanCode(false);
    return { withStrings: this.withStrings.join(''), code: this.code.join('') };
  }

  /** Scans code; inside a template's `${...}` it ends behind the closing brace. */
  private scanCode(inTemplate: boolean): void {
    let depth = 0;
    while (this.at < this.text.length) {
      const char = this.text[this.at] as string;
      const next = this.text[this.at + 1];
      if (char === '/' && next === '/') this.comment(this.endOf('\n', this.at));
      else if (char === '/' && next === '*') this.comment(this.endOf('*/', this.at + 2) + 2);
      else if (char === "'" || char === '"') this.quoted(char);
      else if (char === '`') this.template();
      else if (char === '/' && this.regexMayStart()) this.regex();
      else {
        if (char === '{') depth++;
        if (char === '}' && --depth < 0 && inTemplate) return;
        this.at++;
      }
    }
  }

  private comment(end: number): void {
    for (; this.at < Math.min(end, this.text.length); this.at++) {
      if (this.text[this.at] === '\n') continue;
      this.withStrings[this.at] = ' ';
      this.code[this.at] = ' ';
    }
  }

  private quoted(quote: string): void {
    this.at++;
    while (this.at < this.text.length && this.text[this.at] !== quote && this.text[this.at] !== '\n') this.blankOne();
    this.at++;
  }

  private template(): void {
    this.at++;
    while (this.at < this.text.length && this.text[this.at] !== '`') {
      if (this.text.startsWith('${', this.at)) {
        this.at += 2;
        this.scanCode(true);
        this.at++;
      } else this.blankOne();
    }
    this.at++;
  }

  private regex(): void {
    this.at++;
    let inClass = false;
    while (this.at < this.text.length && this.text[this.at] !== '\n') {
      const char = this.text[this.at];
      if (char === '/' && !inClass) break;
      if (char === '[') inClass = true;
      if (char === ']') inClass = false;
      this.blankOne();
    }
    this.at++;
  }

  /** Blanks one character of a literal, or two when the first is a backslash. */
  private blankOne(): void {
    const length = this.text[this.at] === '\\' ? 2 : 1;
    for (let i = 0; i < length; i++, this.at++) {
      if (this.text[this.at] !== '\n' && this.at < this.text.length) this.code[this.at] = ' ';
    }
  }

  private regexMayStart(): boolean {
    let back = this.at - 1;
    while (back >= 0 && /\s/.test(this.code[back] as string)) back--;
    if (back < 0 || REGEX_MAY_FOLLOW.has(this.code[back] as string)) return true;
    const word = /[a-z]+$/.exec(this.code.slice(Math.max(0, back - 9), back + 1).join(''))?.[0];
    return word !== undefined && WORDS_BEFORE_REGEX.has(word);
  }

  private endOf(mark: string, from: number): number {
    const found = this.text.indexOf(mark, from);
    return found < 0 ? this.text.length : found;
  }
}
