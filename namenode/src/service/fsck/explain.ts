import { unreachable } from '@rfs/base/assert';
import type { BlockInspection, BlockManager, Datanode, ReplicaIncident } from '../../blocks/index.js';
import { BlockState, type PlacedBlock } from '../../namespace/index.js';
import type { ReplicaNumbers, StaleRule } from './replicas.js';

/** Datanodes that an explanation names at most. */
const NAMED = 5;

/** What an explanation is drawn from. */
export interface ExplainParts {
  readonly blocks: BlockManager;
  /** Wall-clock ms of monotonic 0: incidents are remembered by the latter. */
  readonly wallMinusMonotonicMs: number;
  readonly rule: StaleRule;
}

/** A block in trouble. */
export interface Patient {
  readonly path: string;
  readonly name: string;
  readonly replication: number;
  readonly numbers: ReplicaNumbers;
  /** Undefined for a block that the map does not know. */
  readonly block: BlockInspection | undefined;
  readonly incidents: readonly ReplicaIncident[];
  readonly missingRacks: number;
}

/** What happened to a block, when, and what is to be done next; nothing for a block that is well. Ours, not HDFS's. */
export function explain(parts: ExplainParts, patient: Patient): string {
  const judged = judge(parts, patient);
  return judged === undefined ? '' : lines(patient.name, judged);
}

/** The same for the last block of a file that is open for writing. */
export function explainOpen(path: string, { id, state }: PlacedBlock): string {
  const names = `rfs dfsadmin -listOpenFiles -path ${path} names it.`;
  const closed = 'the namenode closes the file by itself, at the latest after dfs.namenode.lease-hard-limit-sec.';
  switch (state) {
    case BlockState.UNDER_RECOVERY:
      return lines(`blk_${id}`, [
        'its writer is gone, and its datanodes are to agree on its length.',
        'Nothing: the file is closed then. It needs one of the datanodes that it was written to; if all are down, start one.',
      ]);
    case BlockState.COMMITTED:
      return lines(`blk_${id}`, [
        'its writer is done with it, and no datanode has told yet that it has it whole.',
        `Nothing: that comes with the next report. If it does not, look at the datanodes of the block. ${names}`,
      ]);
    default:
      return lines(`blk_${id}`, [
        'it is being written.',
        `Nothing while its writer lives: ${names} When it is gone, ${closed}`,
      ]);
  }
}

function lines(name: string, [happened, next]: readonly [string, string]): string {
  return `    ${name} - what happened: ${happened}\n    ${name} - what to do: ${next}\n`;
}

function judge(parts: ExplainParts, patient: Patient): readonly [string, string] | undefined {
  const { block, numbers, replication } = patient;
  const replicas = block?.replicas ?? [];
  if (replicas.length > 0 && numbers.corrupt === replicas.length) return corrupt(parts, patient, replicas);
  const elsewhere = numbers.decommissioned + numbers.decommissioning + numbers.enteringMaintenance;
  const total = numbers.live + elsewhere + numbers.inMaintenance;
  if (total === 0) return missing(parts, patient);
  if (block?.dispute === 'undecided') return DISPUTE;
  if (total < replication) return tooFew(parts, patient, total);
  if (patient.missingRacks > 0) return misplaced(patient.missingRacks);
  if (numbers.live > replication && numbers.stale > 0) return surplus(numbers.live - replication, replicas);
  return silent(parts, replicas);
}

function missing(parts: ExplainParts, patient: Patient): readonly [string, string] {
  const dead = names(parts.blocks.datanodeReport('DEAD'));
  const back =
    dead === ''
      ? 'No datanode is known to be dead. If one never came back after the namenode started, start it.'
      : `Start the datanodes that are dead, with their old data folders: ${dead}.`;
  return [
    `no good replica is left. ${told(parts, patient.incidents)}`,
    `${back} If that cannot be, the block is lost: put the file back from a copy, or keep what is left with ` +
      `rfs fsck ${patient.path} -move, then rfs fsck ${patient.path} -delete.`,
  ];
}

function corrupt(
  parts: ExplainParts,
  patient: Patient,
  replicas: BlockInspection['replicas'],
): readonly [string, string] {
  return [
    `every replica is corrupt: ${reasons(replicas)}. ${told(parts, patient.incidents)}`,
    'Nothing is deleted by itself while no good replica is known. Look at the disks of these datanodes; if a datanode ' +
      'with a good replica is down, start it. Else put the file back from a copy, or keep what can be read with ' +
      `rfs fsck ${patient.path} -move, then rfs fsck ${patient.path} -delete.`,
  ];
}

function tooFew(parts: ExplainParts, patient: Patient, total: number): readonly [string, string] {
  const { blocks } = parts;
  const { replication, block } = patient;
  const able = blocks.datanodeReport('LIVE').filter((datanode) => datanode.inService).length;
  const dead = names(blocks.datanodeReport('DEAD'));
  const spoiled = block?.replicas.filter(({ corrupt }) => corrupt) ?? [];
  const happened =
    `${total} of ${replication} replicas are known. ` +
    (dead === '' ? 'No datanode is dead.' : `These datanodes are dead: ${dead}.`) +
    (spoiled.length === 0 ? '' : ` Corrupt: ${reasons(spoiled)}. ${told(parts, patient.incidents)}`);
  const ordered = block?.ordered.map(({ datanode }) => nameOf(datanode)) ?? [];
  if (ordered.length > 0) return [happened, `Nothing: a copy is on its way to ${ordered.join(', ')}.`];
  if (able < replication) {
    return [
      happened,
      `Only ${able} datanodes are in service. Start more, or ask for fewer replicas: ` +
        `rfs fs -setrep ${Math.max(1, able)} ${patient.path}.`,
    ];
  }
  if (!blocks.judgesRedundancy) return [happened, 'Ask the active namenode, once it is out of safe mode.'];
  return [
    happened,
    'Nothing at first: it waits for its turn to be copied. If it still waits after some minutes, look for datanodes ' +
      'that are full or busy with rfs dfsadmin -report.',
  ];
}

function misplaced(racks: number): readonly [string, string] {
  return [
    `its replicas stand on ${racks} rack${racks === 1 ? '' : 's'} fewer than they should.`,
    'Nothing: one is copied to another rack by itself, as soon as a datanode there has room.',
  ];
}

/** Replicas that are too many stay while one of them may be gone already. */
function surplus(count: number, replicas: BlockInspection['replicas']): readonly [string, string] {
  const stale = replicas.filter(({ storage }) => storage.contentsStale);
  return [
    `it has ${count} replica${count === 1 ? '' : 's'} too many.`,
    'Nothing: surplus replicas are deleted once these datanodes have reported their blocks anew: ' +
      `${names(stale.map(({ storage }) => storage.datanode))}.`,
  ];
}

/** Replicas on datanodes that may be dying. */
function silent({ rule }: ExplainParts, replicas: BlockInspection['replicas']): readonly [string, string] | undefined {
  const quiet = replicas
    .filter(({ good, storage }) => good && storage.datanode.isStale(rule.nowMs, rule.staleIntervalMs))
    .map(({ storage }) => storage.datanode);
  if (quiet.length === 0) return undefined;
  const longestMs = Math.max(...quiet.map(({ lastUpdateMs }) => rule.nowMs - lastUpdateMs));
  return [
    `no heartbeat has come for ${Math.round(longestMs / 1000)} s from ${names(quiet)}.`,
    'Look after these datanodes and the network to them. One that stays silent for ten heartbeats and twice ' +
      'dfs.namenode.heartbeat.recheck-interval counts as dead; then its replicas are copied elsewhere by themselves.',
  ];
}

function reasons(replicas: BlockInspection['replicas']): string {
  return replicas.map(({ storage, reason }) => `${nameOf(storage.datanode)} (${reason})`).join(', ');
}

const DISPUTE: readonly [string, string] = [
  'its replicas have different contents, and each of them matches its own checksums.',
  'Compare them by hand: rfs fs -get reads one of them. Delete the wrong one on its datanode, or put the file back ' +
    'from a copy. Nothing is deleted by itself.',
];

function told({ wallMinusMonotonicMs }: ExplainParts, incidents: readonly ReplicaIncident[]): string {
  const at = (ms: number): string => new Date(ms + wallMinusMonotonicMs).toISOString().replace(/\.\d+Z$/, 'Z');
  if (incidents.length === 0) return 'This namenode has not seen it happen: it was so before it started.';
  return incidents
    .map(({ kind, datanode, atMs, lastHeardMs, by }) => {
      const reporter = by === '' ? '' : ` by ${by}`;
      switch (kind) {
        case 'DIED':
          return `The last good one was on ${datanode}, which was declared dead at ${at(atMs)} (last heard of at ${at(lastHeardMs)}).`;
        case 'VOLUME_FAILED':
          return `The last good one was on a volume of ${datanode} that failed at ${at(atMs)}.`;
        case 'GONE':
          return `${datanode} told at ${at(atMs)} that it has its replica no more.`;
        case 'REPORTED_CORRUPT':
          return `The replica on ${datanode} was reported corrupt${reporter} at ${at(atMs)}.`;
        case 'ODD':
          return `${datanode} reported a replica of another length or stamp at ${at(atMs)}.`;
        default:
          return unreachable(kind);
      }
    })
    .join(' ');
}

function names(datanodes: readonly Datanode[]): string {
  const shown = datanodes.slice(0, NAMED).map(nameOf);
  const more = datanodes.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function nameOf({ registration }: Datanode): string {
  return `${registration.ipAddr}:${registration.xferPort}`;
}
