import type { Terminal } from '../../terminal/index.js';

/** What HDFS's command ends with when it has listed something. */
const EXIT_FOUND = 255;

/** Lists all pages of blocks without a good replica (DFSck.listCorruptFileBlocks); `ask` reads the one at a cookie. */
export async function listCorrupt(
  path: string,
  ask: (cookie: string) => Promise<string>,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const found: string[] = [];
  for (let cookie = '0'; ; ) {
    const text = await ask(cookie);
    const lines = text.split('\n').filter((line) => /^blk_-?\d+\t/.test(line));
    if (!json && found.length === 0 && lines.length > 0) {
      terminal.out(`The list of corrupt blocks under path '${path}' are:\n`);
    }
    found.push(...lines);
    if (!json) for (const line of lines) terminal.out(`${line}\n`);
    const next = /\nCookie:\t(\d+)/.exec(text)?.[1];
    if (next === undefined && !text.trimEnd().endsWith('does not exist')) {
      terminal.err(text);
      return EXIT_FOUND;
    }
    if (next === undefined || lines.length === 0) break;
    cookie = next;
  }
  if (json) terminal.out(`${JSON.stringify({ path, corrupt: found.map(entryOf) })}\n`);
  else terminal.out(`The filesystem under path '${path}' has ${found.length} CORRUPT blocks\n`);
  return found.length === 0 ? 0 : EXIT_FOUND;
}

function entryOf(line: string): { readonly block: string; readonly path: string } {
  const [block = '', ...rest] = line.split('\t');
  return { block, path: rest.slice(1).join('\t') };
}
