import process from 'node:process';

/** Lines of `wrong` that are shown. */
const SHOWN = 12;

/** Prints what was seen working, or what is wrong, with which the process ends with 1. */
export function report(text: string, wrong: readonly string[]): void {
  if (wrong.length > 0) process.exitCode = 1;
  process.stdout.write(
    wrong.length === 0 ? `ok ${text}\n` : `WRONG ${text}\n  ${wrong.slice(0, SHOWN).join('\n  ')}\n`,
  );
}
