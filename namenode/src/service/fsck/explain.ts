import { unreachable } from '@rfs/base/assert';
import type { BlockInspection, BlockManager, Datanode, ReplicaIncident } from '../../blocks/index.js';
import type { ReplicaNumbers } from './replicas.js';

/** Datanodes that an explanation names at most. */
const NAMED = 5;

/** What an explanation is drawn from. */
export interface ExplainParts {
  readonly blocks: BlockManager;
  /** Wall-clock ms of monotonic 0: incidents are remembered by the latter. */
  readonly wallMinusMonotonicMs: number;
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
  const [happened, next] = judge(parts, patient) ?? [];
  if (happened === undefined || next === undefined) return '';
  return `    ${patient.name} - what happened: ${happened}\n    ${patient.name} - what to do: ${next}\n`;
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
  return undefined;
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
  const reasons = replicas.map(({ storage, reason }) => `${nameOf(storage.datanode)} (${reason})`).join(', ');
  return [
    `every replica is corrupt: ${reasons}. ${told(parts, patient.incidents)}`,
    'Nothing is deleted by itself while no good replica is known. Look at the disks of these datanodes; if a datanode ' +
      'with a good replica is down, start it. Else put the file back from a copy, or keep what can be read with ' +
      `rfs fsck ${patient.path} -move, then rfs fsck ${patient.path} -delete.`,
  ];
}

function tooFew({ blocks }: ExplainParts, patient: Patient, total: number): readonly [string, string] {
  const { replication, block } = patient;
  const able = blocks.datanodeReport('LIVE').filter((datanode) => datanode.inService).length;
  const dead = names(blocks.datanodeReport('DEAD'));
  const happened =
    `${total} of ${replication} replicas are known. ` +
    (dead === '' ? 'No datanode is dead.' : `These datanodes are dead: ${dead}.`);
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
