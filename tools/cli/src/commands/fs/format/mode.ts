import type { FileStatus } from '@rfs/client/dfs';
import { UsageError } from '../command/errors.js';

/** `rwxr-x--t` for permission bits with the sticky bit. */
export function showMode(mode: number): string {
  const text = [6, 3, 0].map((shift) => showThree((mode >> shift) & 7)).join('');
  if ((mode & 0o1000) === 0) return text;
  return text.slice(0, 8) + ((mode & 1) !== 0 ? 't' : 'T');
}

/** `755`, or `1777` with the sticky bit. */
export function octalMode(mode: number): string {
  return (mode & 0o1777).toString(8);
}

function showThree(bits: number): string {
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
}

type Action = '+' | '-' | '=';

interface Part {
  action: Action;
  /** Permission bits; 8 stands for X: executable only if it is a directory or already executable for someone. */
  bits: number;
}

/** A parsed chmod argument: what it makes of a mode. */
export class ModeChange {
  private user: Part = { action: '+', bits: 0 };
  private group: Part = { action: '+', bits: 0 };
  private others: Part = { action: '+', bits: 0 };
  private sticky: Part = { action: '+', bits: 0 };

  /** Understands `u+x,g=rw`, `+t`, `754` and `1777` as Hadoop's ChmodParser does. */
  constructor(text: string) {
    if (!this.parseSymbolic(text) && !this.parseOctal(text)) {
      throw new UsageError(`chmod : mode '${text}' does not match the expected pattern.`);
    }
  }

  /** The bits that `status` has after the change. */
  apply(status: FileStatus): number {
    const mode = status.mode;
    const executable = status.kind === 'directory' || (mode & 0o111) !== 0;
    return (
      (combine(this.sticky, mode >> 9, false) << 9) |
      (combine(this.user, (mode >> 6) & 7, executable) << 6) |
      (combine(this.group, (mode >> 3) & 7, executable) << 3) |
      combine(this.others, mode & 7, executable)
    );
  }

  private parseOctal(text: string): boolean {
    const match = /^\s*[+]?([01]?)([0-7])([0-7])([0-7])\s*$/.exec(text);
    if (match === null) return false;
    this.sticky = { action: '=', bits: Number(match[1] || 0) };
    this.user = { action: '=', bits: Number(match[2]) };
    this.group = { action: '=', bits: Number(match[3]) };
    this.others = { action: '=', bits: Number(match[4]) };
    return true;
  }

  private parseSymbolic(text: string): boolean {
    const clause = /\s*([ugoa]*)([+=-]+)([rwxXt]+)([,\s]*)\s*/y;
    let first = true;
    let separated = true;
    while (first || clause.lastIndex < text.length) {
      const match: RegExpExecArray | null = separated ? clause.exec(text) : null;
      if (match === null) return false;
      this.note(match[1]!, match[2]!.at(-1) as Action, match[3]!);
      separated = match[4]!.includes(',');
      first = false;
    }
    return true;
  }

  private note(who: string, action: Action, letters: string): void {
    const everyone = !/[ugo]/.test(who);
    let bits = 0;
    for (const letter of letters) bits |= { r: 4, w: 2, x: 1, X: 8, t: 0 }[letter] ?? 0;
    if (everyone || who.includes('u')) this.user = { action, bits };
    if (everyone || who.includes('g')) this.group = { action, bits };
    if (everyone || who.includes('o')) {
      this.others = { action, bits };
      this.sticky = { action, bits: letters.includes('t') ? 1 : 0 };
    }
  }
}

function combine(part: Part, existing: number, executable: boolean): number {
  const conditional = (part.bits & 8) !== 0;
  let bits = conditional ? (part.bits & 7) | 1 : part.bits;
  if (part.action === '+') bits |= existing;
  else if (part.action === '-') bits = existing & ~bits;
  if (conditional && !executable && (existing & 1) === 0) bits &= ~1;
  return bits;
}
