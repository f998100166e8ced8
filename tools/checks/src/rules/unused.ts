import { resolveLink, type SourceFile } from '../source/index.js';
import { type Finding, finding, type Project } from './finding.js';

/** Files that something outside the sources starts, and that nobody imports. */
const ENTRIES: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /^tools\/[\w-]+\/src\/main\.ts$/, reason: 'a program, started by its package' },
  { pattern: /^tools\/testing\/src\/[\w-]+\/main\.ts$/, reason: 'a program, started by a script' },
  { pattern: /^tools\/checks\/src\/run-tests\.ts$/, reason: 'started by npm test' },
  { pattern: /^tools\/checks\/src\/fixed-seed\.ts$/, reason: 'loaded by npm test' },
  { pattern: /^bench\/src\/[\w-]+\.ts$/, reason: 'a benchmark, started by hand' },
  { pattern: /\.test\.ts$/, reason: 'started by the test runner' },
];

/** Source files that no entry reaches. */
export function unusedFiles({ files, packages }: Project): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const queue = files.filter(isEntry);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file.path)) continue;
    reached.add(file.path);
    for (const link of file.links) {
      const target = byPath.get(resolveLink(file, link.specifier, packages));
      if (target !== undefined) queue.push(target);
    }
  }
  return files
    .filter((file) => !reached.has(file.path))
    .map((file) => finding('unused-files', file, 0, 'is imported by nobody', 'use it or remove it'));
}

/**
 * Exports that no other file takes, directly or through an index that passes them on. A type may also be there for a
 * signature in its own file.
 */
export function unusedExports({ files, packages }: Project): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const used = markUsed(files, byPath, packages);
  const findings: Finding[] = [];
  for (const file of files) {
    if (file.generated || isEntry(file)) continue;
    for (const own of file.exports) {
      if (isUsed(used, file.path, own.name)) continue;
      if (own.isType && occurrences(file.code, own.name) > 1) continue;
      findings.push(
        finding(
          'unused-exports',
          file,
          own.offset,
          `exports ${own.name}, used by nobody`,
          'drop the export or the code',
        ),
      );
    }
    for (const link of file.links.filter((each) => each.reExport)) {
      for (const { ours, isType } of link.names) {
        if (ours === '*' || isType || isUsed(used, file.path, ours)) continue;
        findings.push(
          finding('unused-exports', file, link.offset, `passes on ${ours}, used by nobody`, 'drop it from the index'),
        );
      }
    }
  }
  return findings;
}

type Used = ReadonlyMap<string, ReadonlySet<string>>;

function markUsed(
  files: readonly SourceFile[],
  byPath: ReadonlyMap<string, SourceFile>,
  packages: ReadonlyMap<string, string>,
): Used {
  const used = new Map<string, Set<string>>();
  const mark = (path: string, name: string): void => {
    const file = byPath.get(path);
    if (file === undefined) return;
    const names = used.get(path) ?? new Set();
    if (names.has(name)) return;
    used.set(path, names.add(name));
    for (const link of file.links.filter((each) => each.reExport)) {
      const target = resolveLink(file, link.specifier, packages);
      for (const { theirs, ours } of link.names) {
        if (ours === '*') mark(target, name);
        else if (ours === name || name === '*') mark(target, theirs);
      }
    }
  };
  for (const file of files) {
    for (const link of file.links.filter((each) => !each.reExport)) {
      const target = resolveLink(file, link.specifier, packages);
      for (const { theirs } of link.names) mark(target, theirs);
    }
  }
  return used;
}

function isUsed(used: Used, path: string, name: string): boolean {
  const names = used.get(path);
  return names !== undefined && (names.has(name) || names.has('*'));
}

function isEntry(file: SourceFile): boolean {
  return ENTRIES.some(({ pattern }) => pattern.test(file.path));
}

function occurrences(code: string, name: string): number {
  return [...code.matchAll(new RegExp(`\\b${name.replace(/\$/g, '\\$')}\\b`, 'g'))].length;
}
