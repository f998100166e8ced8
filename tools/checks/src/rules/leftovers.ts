import { type Finding, finding, type Project } from './finding.js';

interface Leftover {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
  /** Looked for in comments as well. */
  readonly inComments: boolean;
}

const LEFTOVERS: readonly Leftover[] = [
  {
    name: 'a note for later',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    instead: 'do it now or write an issue',
    inComments: true,
  },
  {
    name: 'a switched-off check',
    pattern: /@ts-(?:ignore|nocheck|expect-error)|biome-ignore(?! lint\/[\w/]+: \w)|eslint-disable/g,
    instead: 'give the value its type, or change the rule for everyone with a reason',
    inComments: true,
  },
  {
    name: 'a test left out or alone',
    pattern: /\b(?:test|it|describe|suite)\.(?:only|skip|todo)\b|\b(?:only|todo):\s*true/g,
    instead: 'mend the test or take it out',
    inComments: false,
  },
  { name: 'an any', pattern: /\bas any\b|:\s*any\b/g, instead: 'use unknown and narrow it', inComments: false },
  { name: 'a breakpoint', pattern: /\bdebugger\b/g, instead: 'take it out', inComments: false },
];

/** What was meant to go before the change was finished. */
export function leftovers({ files }: Project): Finding[] {
  return files
    .filter((file) => !file.generated && file.path !== 'tools/checks/src/rules/leftovers.ts')
    .flatMap((file) =>
      LEFTOVERS.flatMap(({ name, pattern, instead, inComments }) =>
        [...(inComments ? file.text : file.code).matchAll(pattern)].map((match) =>
          finding('leftovers', file, match.index, `has ${name} (${match[0]})`, instead),
        ),
      ),
    );
}
