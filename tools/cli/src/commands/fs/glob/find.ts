import type { FileStatus } from '@rfs/client/dfs';
import { isMissing } from '../command/errors.js';
import type { ShellFiles } from '../files/contract.js';
import { absolute, join, quotePath } from '../model/name.js';
import { expandGroups } from './expand.js';
import { Pattern } from './pattern.js';

const unescaped = (step: string): string => step.replace(/\\(.)/gs, '$1');

/**
 * What a path with wildcards stands for, sorted; undefined when it has none and nothing is there (Hadoop's Globber).
 * Steps without wildcards before the last are taken to exist, so that a plain path costs one call.
 */
export async function findMatches(files: ShellFiles, pattern: string): Promise<FileStatus[] | undefined> {
  const found: FileStatus[] = [];
  const flat = expandGroups(pattern);
  let sawWild = false;
  for (const one of flat) {
    const result = await matchOne(files, absolute(one === '' ? '.' : one, files.workingFolder));
    sawWild ||= result.sawWild;
    found.push(...result.found);
  }
  if (!sawWild && found.length === 0 && flat.length <= 1) return undefined;
  return found.sort((a, b) => compare(quotePath(a.path), quotePath(b.path)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A path found so far; its status is not asked for before it is needed. */
interface Candidate {
  readonly path: string;
  readonly status: FileStatus | undefined;
}

async function matchOne(files: ShellFiles, path: string): Promise<{ found: FileStatus[]; sawWild: boolean }> {
  const steps = path.split('/').filter((step) => step !== '');
  let candidates: Candidate[] = [{ path: '/', status: undefined }];
  let sawWild = false;
  for (const [at, step] of steps.entries()) {
    const pattern = new Pattern(step);
    const isLast = at === steps.length - 1;
    if (pattern.isWild) sawWild = true;
    if (candidates.length === 0 && sawWild) break;
    if (!pattern.isWild) {
      const name = unescaped(step);
      candidates = candidates.map(({ path: folder }) => ({ path: join(folder, name), status: undefined }));
      if (isLast) candidates = await existing(files, candidates);
      continue;
    }
    const next: Candidate[] = [];
    for (const candidate of candidates) next.push(...(await children(files, candidate.path, pattern, isLast)));
    candidates = next;
  }
  const found = candidates.length > 0 ? await existing(files, candidates) : [];
  return { found: found.map((candidate) => candidate.status), sawWild };
}

/** The candidates that are there, with their status. */
async function existing(files: ShellFiles, candidates: Candidate[]): Promise<(Candidate & { status: FileStatus })[]> {
  const found: (Candidate & { status: FileStatus })[] = [];
  for (const { path, status: known } of candidates) {
    const status = known ?? (await files.status(path));
    if (status !== undefined) found.push({ path, status });
  }
  return found;
}

/** What matches in a folder; nothing when it is a file or not there. Before the last step only folders count. */
async function children(files: ShellFiles, folder: string, pattern: Pattern, isLast: boolean): Promise<Candidate[]> {
  const listed: FileStatus[] = [];
  try {
    for await (const status of files.list(folder)) listed.push(status);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  // Listing a file gives the file itself.
  if (listed.length === 1 && listed[0]!.path === folder) return [];
  const found: Candidate[] = [];
  for (const status of listed) {
    const name = status.path.slice(status.path.lastIndexOf('/') + 1);
    if (!isLast && status.kind !== 'directory') continue;
    if (pattern.matches(name)) found.push({ path: status.path, status });
  }
  return found;
}
