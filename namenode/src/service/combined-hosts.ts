import { type Failure, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { AdminState } from '../blocks/index.js';

/** One datanode, or all of a host, in the list that says everything (DatanodeAdminProperties). */
export interface HostProperties {
  readonly hostName: string;
  /** Undefined for all datanodes of the host. */
  readonly port: number | undefined;
  /** NORMAL, DECOMMISSIONED and IN_MAINTENANCE are wishes; the other two mean nothing here, as in HDFS. */
  readonly adminState: AdminState;
  /** When its maintenance is over, in ms since 1970; infinity when it is not said. */
  readonly untilMs: number;
}

const STATES: readonly AdminState[] = [
  'NORMAL',
  'DECOMMISSION_INPROGRESS',
  'DECOMMISSIONED',
  'ENTERING_MAINTENANCE',
  'IN_MAINTENANCE',
];
const FIELDS = ['hostName', 'port', 'upgradeDomain', 'adminState', 'maintenanceExpireTimeInMS'];

/**
 * The hosts of a JSON list: an array of objects, or the objects one after the other without it, as HDFS wrote the list
 * at first (CombinedHostsFileReader). A list with a mistake is refused as a whole: a host that is left out of it would
 * be turned away or taken back into service.
 */
export function parseCombinedHosts(text: string): readonly HostProperties[] | Failure {
  const values = parseJson(text);
  if (values === undefined) return failure('IOException', 'it is neither a JSON array nor a row of JSON objects');
  const hosts: HostProperties[] = [];
  for (const value of values) {
    const host = hostOf(value);
    if (isFailure(host)) return host;
    hosts.push(host);
  }
  return hosts;
}

function parseJson(text: string): readonly unknown[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const array = trimmed.startsWith('[') ? trimmed : `[${trimmed.replace(/\}\s*\{/g, '},{')}]`;
  try {
    return JSON.parse(array) as unknown[];
  } catch {
    return undefined;
  }
}

function hostOf(value: unknown): HostProperties | Failure {
  if (typeof value !== 'object' || value === null) return wrong(value, 'it is no object');
  const fields = value as Readonly<Record<string, unknown>>;
  const stranger = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (stranger !== undefined) return wrong(value, `${stranger} is none of ${FIELDS.join(', ')}`);
  const { hostName, port = 0, adminState = 'NORMAL', maintenanceExpireTimeInMS = Number.POSITIVE_INFINITY } = fields;
  if (typeof hostName !== 'string' || hostName === '') return wrong(value, 'it has no hostName');
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) return wrong(value, 'port');
  const state = STATES.find((each) => each === adminState);
  if (state === undefined) return wrong(value, `adminState is none of ${STATES.join(', ')}`);
  if (typeof maintenanceExpireTimeInMS !== 'number') return wrong(value, 'maintenanceExpireTimeInMS is no number');
  return { hostName, port: port === 0 ? undefined : port, adminState: state, untilMs: maintenanceExpireTimeInMS };
}

function wrong(value: unknown, why: string): Failure {
  return failure('IOException', `${JSON.stringify(value)}: ${why}`);
}
