import { Command, type CommandInfo } from '../command/command.js';
import { ShellError } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import { Pattern } from '../glob/pattern.js';
import type { Item } from '../model/item.js';
import { baseName } from '../model/name.js';

export const findInfo: CommandInfo = {
  name: 'find',
  usage: '<path> ... <expression> ...',
  help:
    'Finds what an expression holds for, and prints its path unless the expression says what to do with it.\n' +
    '  -name pattern, -iname pattern  The name matches; iname: in any case.\n' +
    '  -print, -print0  Holds always; prints the path with a new line, or a NUL, behind it.\n' +
    '  expression -a expression, expression -and expression, expression expression  Both hold.\n' +
    '  ( expression )  Groups.',
};

/** What is asked of each path; may print it. */
type Expression = (item: Item) => boolean;

export class Find extends Command {
  private expression: Expression = () => true;

  protected override takeOptions(args: string[]): void {
    this.recursive = true;
    // Links are never followed: HDFS makes none.
    takeOptions(args, { min: 1, flags: ['L', 'H'], keepUnknown: true });
    const first = args.findIndex((arg) => arg.startsWith('-'));
    const words = first < 0 ? [] : args.splice(first);
    if (args.length === 0) args.push('.');
    const acts = words.some((word) => word === '-print' || word === '-print0');
    const print = this.printing('\n');
    if (words.length === 0) {
      this.expression = print;
      return;
    }
    const expression = this.parse(words, false);
    this.expression = acts ? expression : (item) => expression(item) && print(item);
  }

  protected override process(item: Item): void {
    this.expression(item);
  }

  /** Takes terms that must all hold from the front of `words`, up to a closing bracket or the end. */
  private parse(words: string[], inBrackets: boolean): Expression {
    const terms: Expression[] = [];
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      if (word === ')') break;
      if ((word === '-a' || word === '-and') && terms.length > 0) continue;
      terms.push(this.term(word, words));
    }
    if (terms.length === 0 && inBrackets) return this.printing('\n');
    return (item) => terms.every((term) => term(item));
  }

  private term(word: string, words: string[]): Expression {
    switch (word) {
      case '(':
        return this.parse(words, true);
      case '-print':
        return this.printing('\n');
      case '-print0':
        return this.printing('\0');
      case '-name':
      case '-iname': {
        const text = words.shift();
        if (text === undefined) throw new ShellError('Missing argument at 1');
        const anyCase = word === '-iname';
        const pattern = new Pattern(anyCase ? text.toLowerCase() : text);
        return (item) => pattern.matches(anyCase ? baseName(item.path).toLowerCase() : baseName(item.path));
      }
      default:
        throw new ShellError(`Unexpected argument: ${word}`);
    }
  }

  private printing(end: string): Expression {
    return (item) => {
      this.shell.out.text(item.toString() + end);
      return true;
    };
  }
}
