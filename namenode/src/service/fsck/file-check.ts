import type { BlockInspection, BlockManager, DigestDispute, Storage } from '../../blocks/index.js';
import { BlockState, type FileBlocks, type FileStatus, type PlacedBlock } from '../../namespace/index.js';
import { explain, explainOpen } from './explain.js';
import type { FsckOptions } from './options.js';
import type { PolicySummary } from './policy-summary.js';
import { countReplicas, type ReplicaNumbers, replicaList, type StaleRule } from './replicas.js';
import type { Tally } from './tally.js';

/** What the check of a file works with. */
export interface FileCheckParts {
  readonly blocks: BlockManager;
  readonly options: FsckOptions;
  readonly poolId: string;
  readonly minReplication: number;
  readonly tally: Tally;
  readonly policies: PolicySummary;
  readonly rule: StaleRule;
  readonly wallMinusMonotonicMs: number;
}

/** A file's blocks in trouble, while it is checked. */
interface Trouble {
  missing: number;
  missingBytes: number;
  corrupt: number;
  corruptBytes: number;
  underReplicated: number;
  misplaced: number;
  /** Lines about each of its blocks in trouble; empty when they were not asked for. */
  explanations: string;
}

/** Text of one file, and whether it lost blocks and nobody writes it. */
export interface CheckedFile {
  readonly text: string;
  readonly lost: boolean;
}

/** Checks one file's blocks and counts them (NamenodeFsck.collectFileSummary and collectBlocksSummary). */
export function checkFile(parts: FileCheckParts, path: string, status: FileStatus, found: FileBlocks): CheckedFile {
  const { options, tally } = parts;
  const open = found.underConstruction;
  if (open && !options.openFiles) {
    tally.openFiles++;
    tally.openSizeBytes += status.lengthBytes;
    tally.openBlocks += found.blocks.length;
    return { text: '', lost: false };
  }
  tally.files++;
  tally.sizeBytes += status.lengthBytes;
  tally.blocks += found.blocks.length;
  const trouble = {
    missing: 0,
    missingBytes: 0,
    corrupt: 0,
    corruptBytes: 0,
    underReplicated: 0,
    misplaced: 0,
    explanations: '',
  };
  const { text, report } = checkBlocks(parts, path, status, found, trouble);
  const lost = trouble.missing > 0 || trouble.corrupt > 0;
  if (lost) tally.corruptFiles++;
  const judged = text + verdict(options, path, trouble);
  const gap = trouble.explanations === '' || judged.endsWith('\n') ? '' : '\n';
  const all = headText(parts, path, status, found) + judged + gap + trouble.explanations;
  return { text: options.files && options.blocks ? `${all}${report}\n` : all, lost: lost && !open };
}

function headText({ options, tally }: FileCheckParts, path: string, status: FileStatus, found: FileBlocks): string {
  const facts = `${path} ${status.lengthBytes} bytes, replicated: replication=${status.replication}, ${found.blocks.length} block(s)`;
  if (options.openFiles && found.underConstruction) return `${facts}, OPENFORWRITE: `;
  if (options.files) return `${facts}: `;
  return tally.files % 100 === 0 ? '.' : '';
}

function verdict({ files }: FsckOptions, path: string, trouble: Trouble): string {
  const { missing, missingBytes, corrupt, corruptBytes } = trouble;
  const missingText = `MISSING ${missing} blocks of total size ${missingBytes} B`;
  const corruptText = `CORRUPT ${corrupt} blocks of total size ${corruptBytes} B`;
  if (missing === 0 && corrupt === 0) {
    return files && trouble.underReplicated === 0 && trouble.misplaced === 0 ? ' OK\n' : '';
  }
  const line = (text: string): string => (files ? ` ${text}\n` : `\n${path}: ${text}.`);
  return (missing > 0 ? line(missingText) : '') + (corrupt > 0 ? line(corruptText) : '');
}

function checkBlocks(
  parts: FileCheckParts,
  path: string,
  status: FileStatus,
  found: FileBlocks,
  trouble: Trouble,
): { readonly text: string; readonly report: string } {
  const { last } = found;
  const unfinished = last !== undefined && last.state !== BlockState.COMPLETE ? last : undefined;
  let text = '';
  let report = '';
  let number = 0;
  for (const placed of found.blocks) {
    if (placed.index === unfinished?.index) continue;
    const checked = checkBlock(parts, path, status, placed, trouble);
    text += checked.text;
    report += `${number++}. ${checked.line}\n`;
  }
  if (unfinished !== undefined) {
    report += underConstruction(parts, unfinished, number);
    if (parts.options.explain) trouble.explanations += explainOpen(path, unfinished);
  }
  return { text, report };
}

function underConstruction(parts: FileCheckParts, placed: PlacedBlock, number: number): string {
  const expected = parts.blocks.recoveryLocations(placed.id);
  const list = replicaList(parts.options, parts.blocks.inspect(placed.id), expected, parts.rule);
  const facts = `len=${placed.lengthBytes} Expected_repl=${expected.length}`;
  return `\nUnder Construction Block:\n${number}. ${fullName(parts, placed)} ${facts}${list}`;
}

function checkBlock(
  parts: FileCheckParts,
  path: string,
  { replication, storagePolicy }: FileStatus,
  placed: PlacedBlock,
  trouble: Trouble,
): { readonly text: string; readonly line: string } {
  const { tally, options, poolId } = parts;
  const block = parts.blocks.inspect(placed.id);
  const replicas = block?.replicas ?? [];
  const numbers = countReplicas(replicas);
  const total = addReplicas(tally, numbers);
  tally.expectedReplicas += replication;
  if (total < parts.minReplication) tally.underMinimum++;
  else tally.atMinimum++;
  if (numbers.live > replication) tally.overReplicated++;

  let text = '';
  const corrupt = replicas.length > 0 && numbers.corrupt === replicas.length;
  if (corrupt) {
    tally.corruptBlocks++;
    tally.corruptBytes += placed.lengthBytes;
    trouble.corrupt++;
    trouble.corruptBytes += placed.lengthBytes;
    text += `\n${path}: CORRUPT blockpool ${poolId} block blk_${placed.id}\n`;
  }
  if (total < replication && total > 0) {
    tally.missingReplicas += replication - total;
    tally.underReplicated++;
    trouble.underReplicated++;
    text += `${options.files ? '' : `\n${path}: `}${underReplicatedText(parts, placed, replication, numbers)}`;
  }
  const storages = block === undefined ? [] : locations(block);
  text += misplacedText(parts, path, placed, storages, replication, trouble);
  text += disputeText(parts, path, placed, block?.dispute);
  if (options.storagePolicies) parts.policies.add(storages, storagePolicy);

  if (options.explain) {
    const missingRacks = parts.blocks.placement.missingRacks(storages, replication);
    const name = `blk_${placed.id}`;
    const patient = { path, name, replication, numbers, block, missingRacks, incidents: block?.incidents ?? [] };
    trouble.explanations += explain(parts, patient);
  }

  const line = `${fullName(parts, placed)} len=${placed.lengthBytes}`;
  if (total > 0 || corrupt) {
    return { text, line: `${line} Live_repl=${numbers.live}${replicaList(options, block, undefined, parts.rule)}` };
  }
  tally.missingBlocks++;
  tally.missingBytes += placed.lengthBytes;
  trouble.missing++;
  trouble.missingBytes += placed.lengthBytes;
  return { text, line: `${line} MISSING!` };
}

/** Counts the replicas that hold the data, in service or not; how many there are. */
function addReplicas(tally: Tally, numbers: ReplicaNumbers): number {
  const { live, decommissioned, decommissioning, enteringMaintenance, inMaintenance } = numbers;
  tally.decommissioned += decommissioned;
  tally.decommissioning += decommissioning;
  tally.enteringMaintenance += enteringMaintenance;
  tally.inMaintenance += inMaintenance;
  const total = live + decommissioned + decommissioning + enteringMaintenance + inMaintenance;
  tally.replicas += total;
  return total;
}

function underReplicatedText(
  parts: FileCheckParts,
  placed: PlacedBlock,
  replication: number,
  numbers: ReplicaNumbers,
): string {
  // HDFS puts the number of those entering maintenance in front of the comma.
  const end = parts.options.maintenance
    ? `${numbers.enteringMaintenance}, entering maintenance replica(s) and ${numbers.inMaintenance} in maintenance replica(s).`
    : '.';
  return (
    ` Under replicated ${fullName(parts, placed)}. Target Replicas is ${replication} but found ` +
    `${numbers.live} live replica(s), ${numbers.decommissioned} decommissioned replica(s), ` +
    `${numbers.decommissioning} decommissioning replica(s)${end}\n`
  );
}

function misplacedText(
  { blocks, options, poolId, tally }: FileCheckParts,
  path: string,
  placed: PlacedBlock,
  storages: readonly Storage[],
  replication: number,
  trouble: Trouble,
): string {
  const racks = blocks.placement.missingRacks(storages, replication);
  if (racks === 0) return '';
  tally.misplaced++;
  trouble.misplaced++;
  // What is misplaced is in the queue of the redundancy monitor by itself, whoever asks.
  if (options.replicate && blocks.judgesRedundancy) tally.queued++;
  const where = options.files ? '' : `${trouble.underReplicated === 0 ? '\n' : ''}${path}: `;
  return (
    `${where} Replica placement policy is violated for ${fullName({ poolId }, placed)}. Block should be additionally ` +
    `replicated on ${racks} more rack(s). Total number of racks in the cluster: ${blocks.topology.rackCount}\n`
  );
}

/** Ours: HDFS does not compare replicas. */
function disputeText(
  { options, poolId, tally }: FileCheckParts,
  path: string,
  placed: PlacedBlock,
  dispute: DigestDispute | undefined,
): string {
  if (dispute === undefined) return '';
  tally.differing++;
  if (dispute === 'undecided') tally.undecided++;
  const end =
    dispute === 'checking'
      ? 'They are being checked.'
      : 'Each of them matches its own checksums, so nobody can say which one is wrong, and none is deleted.';
  return `${options.files ? '' : `\n${path}: `} Replicas of ${fullName({ poolId }, placed)} differ. ${end}\n`;
}

/** Where a reader would be sent: corrupt replicas only when there are no others (BlockManager.createLocatedBlock). */
function locations({ replicas }: BlockInspection): Storage[] {
  const sound = replicas.filter(({ corrupt }) => !corrupt);
  return (sound.length > 0 ? sound : replicas)
    .map(({ storage }) => storage)
    .filter(({ datanode }) => datanode.adminState !== 'IN_MAINTENANCE');
}

function fullName({ poolId }: Pick<FileCheckParts, 'poolId'>, { id, stamp }: PlacedBlock): string {
  return `${poolId}:blk_${id}_${stamp}`;
}
