import { resolveLink, type SourceFile } from '../source/index.js';
import { type Finding, finding, type Project } from './finding.js';

/**
 * Files that need each other at run time. Links for types are erased and cannot be in a cycle that matters.
 * One finding per strongly connected group, naming a shortest way round.
 */
export function importCycles({ files, packages }: Project): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const next = new Map(
    files.map((file) => [
      file.path,
      file.links
        .filter((link) => !link.typeOnly)
        .map((link) => resolveLink(file, link.specifier, packages))
        .filter((path) => byPath.has(path)),
    ]),
  );
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const file of files) {
    if (seen.has(file.path)) continue;
    const way = wayBack(file.path, next);
    if (way === undefined) continue;
    for (const path of way) seen.add(path);
    const chain = [...way, file.path].join(' -> ');
    findings.push(
      finding(
        'import-cycles',
        byPath.get(file.path) as SourceFile,
        0,
        `imports itself by ${chain}`,
        'move what both need into a file of its own, or pass it in',
      ),
    );
  }
  return findings;
}

/** A shortest path from `start` back to itself, without the end. */
function wayBack(start: string, next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const to of next.get(at) ?? []) {
      if (to === start) return chain(at, start, cameFrom);
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, at);
      queue.push(to);
    }
  }
  return undefined;
}

function chain(last: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [last];
  for (let at = last; at !== start; ) {
    at = cameFrom.get(at) as string;
    way.unshift(at);
  }
  return way;
}
