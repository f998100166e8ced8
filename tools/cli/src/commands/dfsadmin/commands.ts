import { setBalancerBandwidth } from './bandwidth.js';
import {
  evictWriters,
  getBalancerBandwidth,
  getDatanodeInfo,
  getVolumeReport,
  shutdownDatanode,
  triggerBlockReport,
} from './on-datanodes.js';
import { listOpenFiles } from './open-files.js';
import { clrQuota, clrSpaceQuota, setQuota, setSpaceQuota } from './quota.js';
import { report } from './report.js';
import { safemode } from './safemode.js';
import type { Subcommand } from './subcommand.js';
import { printTopology } from './topology.js';
import {
  finalizeUpgrade,
  metasave,
  refreshNodes,
  refreshSuperUserGroupsConfiguration,
  refreshUserToGroupsMappings,
  rollEdits,
  saveNamespace,
  upgrade,
} from './upkeep.js';

/** Every command in the order of the help. */
const COMMANDS: readonly Subcommand[] = [
  report,
  printTopology,
  safemode,
  listOpenFiles,
  setQuota,
  clrQuota,
  setSpaceQuota,
  clrSpaceQuota,
  saveNamespace,
  rollEdits,
  metasave,
  finalizeUpgrade,
  upgrade,
  refreshNodes,
  refreshUserToGroupsMappings,
  refreshSuperUserGroupsConfiguration,
  getDatanodeInfo,
  getVolumeReport,
  triggerBlockReport,
  setBalancerBandwidth,
  getBalancerBandwidth,
  evictWriters,
  shutdownDatanode,
];

const BY_NAME: ReadonlyMap<string, Subcommand> = new Map(
  COMMANDS.map((command) => [command.usage.split(' ', 1)[0]!, command]),
);

const HEAD = 'Usage: rfs dfsadmin [-fs hdfs://host:port] [--conf folder] [-D name=value] [--json] COMMAND\n';

/** The command of a word with its dash. */
export function commandNamed(name: string): Subcommand | undefined {
  return BY_NAME.get(name);
}

/** The help of all commands, or of one. */
export function helpText(name?: string): string {
  const one = name === undefined ? undefined : commandNamed(name.startsWith('-') ? name : `-${name}`);
  if (one !== undefined) return entry(one);
  return `${HEAD}\n${COMMANDS.map(entry).join('')}  -help [cmd]\n        Prints this, or the help of one command.\n`;
}

function entry({ usage, help }: Subcommand): string {
  return `  ${usage}\n        ${help}\n`;
}
