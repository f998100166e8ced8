import { javaFloat } from '@rfs/base/java-text';

/** Sums over the files that were checked (NamenodeFsck.Result). Sizes in bytes. */
export class Tally {
  directories = 0;
  symlinks = 0;
  files = 0;
  sizeBytes = 0;
  blocks = 0;
  openFiles = 0;
  openSizeBytes = 0;
  openBlocks = 0;
  corruptFiles = 0;
  missingBlocks = 0;
  missingBytes = 0;
  corruptBlocks = 0;
  corruptBytes = 0;
  replicas = 0;
  expectedReplicas = 0;
  missingReplicas = 0;
  underMinimum = 0;
  atMinimum = 0;
  overReplicated = 0;
  underReplicated = 0;
  misplaced = 0;
  queued = 0;
  /** Blocks whose good replicas are not the same ... */
  differing = 0;
  /** ... and where checking them did not tell which one is wrong. */
  undecided = 0;
  decommissioned = 0;
  decommissioning = 0;
  enteringMaintenance = 0;
  inMaintenance = 0;

  /** No block is lost, and none has two contents that nobody can choose between. */
  get healthy(): boolean {
    return this.missingBlocks === 0 && this.corruptBlocks === 0 && this.undecided === 0;
  }

  /** How far the walk has come; files that are being written do not count unless they were asked for. */
  get entries(): number {
    return this.directories + this.symlinks + this.files;
  }
}

/** The factors of the configuration that a report names. */
export interface ReportFactors {
  readonly defaultReplication: number;
  readonly minReplication: number;
}

/** The section on replicated blocks (NamenodeFsck.ReplicationResult.toString). */
export function replicatedText(tally: Tally, { defaultReplication, minReplication }: ReportFactors): string {
  const { blocks } = tally;
  const share = (count: number): string => (blocks > 0 ? ` (${percent(count, blocks)} %)` : '');
  const lines = [
    ` Total size:\t${tally.sizeBytes} B${noted(tally.openSizeBytes, ` (Total open files size: ${tally.openSizeBytes} B)`)}`,
    ` Total files:\t${tally.files}${noted(tally.openFiles, ` (Files currently being written: ${tally.openFiles})`)}`,
    ` Total blocks (validated):\t${blocks}${noted(blocks, ` (avg. block size ${Math.trunc(tally.sizeBytes / blocks)} B)`)}${noted(tally.openBlocks, ` (Total open file blocks (not validated): ${tally.openBlocks})`)}`,
    ...troubleLines(tally, minReplication, share),
    ` Minimally replicated blocks:\t${tally.atMinimum}${share(tally.atMinimum)}`,
    ` Over-replicated blocks:\t${tally.overReplicated}${share(tally.overReplicated)}`,
    ` Under-replicated blocks:\t${tally.underReplicated}${share(tally.underReplicated)}`,
    ` Mis-replicated blocks:\t\t${tally.misplaced}${share(tally.misplaced)}`,
    ` Default replication factor:\t${defaultReplication}`,
    ` Average block replication:\t${javaFloat(blocks === 0 ? 0 : tally.replicas / blocks).text}`,
    ` Missing blocks:\t\t${tally.missingBlocks}`,
    ` Corrupt blocks:\t\t${tally.corruptBlocks}`,
    ` Missing replicas:\t\t${tally.missingReplicas}${noted(tally.replicas, ` (${percent(tally.missingReplicas, tally.expectedReplicas)} %)`)}`,
    ...counted('DecommissionedReplicas', tally.decommissioned),
    ...counted('DecommissioningReplicas', tally.decommissioning),
    ...counted('EnteringMaintenanceReplicas', tally.enteringMaintenance),
    ...counted('InMaintenanceReplicas', tally.inMaintenance),
    ...counted('Blocks with differing replicas', tally.differing),
    ` Blocks queued for replication:\t${tally.queued}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The section on erasure coded files, of which rfs has none. */
export const ERASURE_CODED_TEXT = `${[
  ' Total size:\t0 B',
  ' Total files:\t0',
  ' Total block groups (validated):\t0',
  ' Minimally erasure-coded block groups:\t0',
  ' Over-erasure-coded block groups:\t0',
  ' Under-erasure-coded block groups:\t0',
  ' Unsatisfactory placement block groups:\t0',
  ' Average block group size:\t0.0',
  ' Missing block groups:\t\t0',
  ' Corrupt block groups:\t\t0',
  ' Missing internal blocks:\t0',
  ' Blocks queued for replication:\t0',
].join('\n')}\n`;

const STARS = `  ${'*'.repeat(32)}`;

function troubleLines(tally: Tally, minReplication: number, share: (count: number) => string): string[] {
  const { underMinimum, corruptFiles, missingBlocks, missingBytes, corruptBlocks, corruptBytes } = tally;
  if (corruptFiles === 0 && underMinimum === 0) return [];
  const lines = [STARS];
  if (underMinimum > 0) {
    lines.push(`  UNDER MIN REPL'D BLOCKS:\t${underMinimum}${share(underMinimum)}`);
    lines.push(`  MINIMAL BLOCK REPLICATION:\t${minReplication}`);
  }
  if (corruptFiles > 0) {
    lines.push(`  CORRUPT FILES:\t${corruptFiles}`);
    if (missingBytes > 0) lines.push(`  MISSING BLOCKS:\t${missingBlocks}`, `  MISSING SIZE:\t\t${missingBytes} B`);
    if (corruptBlocks > 0) lines.push(`  CORRUPT BLOCKS: \t${corruptBlocks}`, `  CORRUPT SIZE:\t\t${corruptBytes} B`);
  }
  return [...lines, STARS];
}

/** Java divides as floats. */
function percent(count: number, all: number): string {
  return javaFloat(Math.fround(count * 100) / Math.fround(all)).text;
}

function noted(count: number, text: string): string {
  return count > 0 ? text : '';
}

function counted(name: string, count: number): string[] {
  return count > 0 ? [` ${name}:\t${count}`] : [];
}
