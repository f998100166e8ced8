/** How the last line of the namenode's text ends, and the exit code that goes with it (DFSck.doWork). */
const ENDINGS: readonly (readonly [ending: string, code: number])[] = [
  ['is HEALTHY', 0],
  ['is CORRUPT', 1],
  // HDFS's command calls this a success, which hides a wrong path from scripts.
  ['does not exist', 1],
  ['is EXCESS', 0],
  ['is DECOMMISSIONED', 2],
  ['is DECOMMISSIONING', 3],
  ['is IN MAINTENANCE', 4],
  ['is ENTERING MAINTENANCE', 5],
  ['is STALE', 6],
];

/** What java.lang.System.exit(-1) looks like to a shell: the check could not be carried out. */
const FAILED = 255;

/** The two lines about a block that --explain adds. */
const EXPLAINED = /^ {4}(blk_-?\d+) - what happened: (.*)\n {4}blk_-?\d+ - what to do: (.*)$/gm;

/** The exit code that a text means. */
export function exitCodeOf(text: string): number {
  const last = lastLine(text);
  if (last.includes('Incorrect blockId format:')) return 0;
  return ENDINGS.find(([ending]) => last.endsWith(ending))?.[1] ?? FAILED;
}

/** The text as data: how it ended, the sums of its sections, and the lines that name trouble. */
export function resultOf(path: string, text: string): Readonly<Record<string, unknown>> {
  const [body = ''] = text.split('\nStatus: ');
  return {
    path,
    status: /\nStatus: (\w+)/.exec(text)?.[1] ?? 'UNKNOWN',
    message: lastLine(text),
    explanations: [...body.matchAll(EXPLAINED)].map(([, block, happened, next]) => ({ block, happened, next })),
    problems: body.split('\n').filter((line) => /MISSING|CORRUPT|Under replicated|placement policy/.test(line)),
    cluster: numbersOf(between(text, '\nStatus: ', '\nReplicated Blocks:')),
    replicatedBlocks: numbersOf(between(text, '\nReplicated Blocks:', '\nErasure Coded Block Groups:')),
    erasureCodedBlockGroups: numbersOf(between(text, '\nErasure Coded Block Groups:', '\nFSCK ended')),
  };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  return start < 0 ? '' : text.slice(start + from.length, end < 0 ? undefined : end);
}

/** "Total size:\t60 B" becomes totalSize: 60. */
function numbersOf(section: string): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [, name = '', value] of section.matchAll(/^ +([^:\n]+):\s+([\d.E-]+)/gm))
    numbers[camel(name)] = Number(value);
  return numbers;
}

function camel(name: string): string {
  const words = name.replace(/\(.*\)/, '').match(/[A-Za-z']+/g) ?? [];
  return words
    .map((word) => (/^[A-Z']+$/.test(word) ? word.toLowerCase() : word).replaceAll("'", ''))
    .map((word, at) => (at === 0 ? word[0]?.toLowerCase() : word[0]?.toUpperCase()) + word.slice(1))
    .join('');
}
