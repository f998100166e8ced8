import type { SourceFile } from '../source/index.js';
import {
  BANNED_CALLS,
  BANNED_IN_PURE,
  BANNED_IN_TESTS,
  BANNED_MODULES,
  type Kind,
  SEAMS,
  SLEEP_IN_TEST,
} from './banned-table.js';
import { type Finding, finding, type Project } from './finding.js';
import { PURE_FOLDERS } from './layers-table.js';

/** Calls to the world outside the seams that the table lists. */
export function bannedCalls({ files }: Project): Finding[] {
  return files.filter((file) => !file.generated).flatMap((file) => [...calls(file), ...modules(file), ...sleeps(file)]);
}

/** Seams that no file uses any more: the table must not outlive its reasons. */
export function staleSeams({ files }: Project): Finding[] {
  return SEAMS.filter(({ path }) => !files.some((file) => isUnder(file, path))).map(({ path }) => ({
    rule: 'stale-seams',
    where: 'tools/checks/src/rules/banned-table.ts:1',
    what: `lists the seam ${path}, which is not there`,
    instead: 'take it out of the table',
  }));
}

function calls(file: SourceFile): Finding[] {
  const pure = !file.test && PURE_FOLDERS.some((folder) => file.path.startsWith(`${folder}/`));
  return [...BANNED_CALLS, ...(pure ? [BANNED_IN_PURE] : [])]
    .filter(({ kind }) => !allowed(file, kind))
    .flatMap(({ kind, pattern, instead }) =>
      [...file.code.matchAll(pattern)].map((match) =>
        finding('banned-calls', file, match.index, `calls ${match[0].replace(/\s*\($/, '')} (${kind})`, instead),
      ),
    );
}

function modules(file: SourceFile): Finding[] {
  return file.links.flatMap((link) => {
    const banned = BANNED_MODULES[link.specifier];
    if (banned === undefined || link.typeOnly || allowed(file, banned.kind)) return [];
    return [finding('banned-calls', file, link.offset, `imports ${link.specifier} (${banned.kind})`, banned.instead)];
  });
}

function sleeps(file: SourceFile): Finding[] {
  if (!file.test) return [];
  return [...file.code.matchAll(SLEEP_IN_TEST)].map((match) =>
    finding('banned-calls', file, match.index, 'waits for a time', 'wait for the event, or move a virtual clock'),
  );
}

function allowed(file: SourceFile, kind: Kind): boolean {
  if (file.test && !BANNED_IN_TESTS.includes(kind)) return true;
  return SEAMS.some(({ path, kinds }) => kinds.includes(kind) && isUnder(file, path));
}

function isUnder(file: SourceFile, path: string): boolean {
  return path.endsWith('/') ? file.path.startsWith(path) : file.path === path;
}
