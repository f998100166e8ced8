import type { NamenodeGroup } from '@rfs/client/namenodes';
import {
  type DatanodeInfoProto,
  type GetFsECBlockGroupStatsResponseProto,
  type GetFsReplicatedBlockStatsResponseProto,
  type GetFsStatsResponseProto,
  DatanodeReportTypeProto as Kind,
  SafeModeActionProto,
} from '@rfs/protocol/messages';
import { UsageError } from '../../options/index.js';
import { bytes, datanodeText } from './datanode-text.js';
import { hostNameOf } from './host-names.js';
import { type Subcommand, show } from './subcommand.js';

/** The lists of datanodes that a report may have: how the user asks for one, and what HDFS calls it. */
const LISTS = [
  { word: '-live', title: 'Live', kind: Kind.LIVE },
  { word: '-dead', title: 'Dead', kind: Kind.DEAD },
  { word: '-decommissioning', title: 'Decommissioning', kind: Kind.DECOMMISSIONING },
  { word: '-enteringmaintenance', title: 'Entering maintenance', kind: Kind.ENTERING_MAINTENANCE },
  { word: '-inmaintenance', title: 'In maintenance', kind: Kind.IN_MAINTENANCE },
  { word: '-slownodes', title: 'Slow', kind: undefined },
] as const;

interface Facts {
  readonly stats: GetFsStatsResponseProto;
  readonly safeMode: boolean;
  readonly replicated: GetFsReplicatedBlockStatsResponseProto;
  readonly erasureCoded: GetFsECBlockGroupStatsResponseProto;
  readonly datanodes: readonly { readonly title: string; readonly nodes: readonly DatanodeInfoProto[] }[];
}

/** What the file system has and how its datanodes are, in HDFS's words (`DFSAdmin.report`). */
export const report: Subcommand = {
  usage: '-report [-live] [-dead] [-decommissioning] [-enteringmaintenance] [-inmaintenance] [-slownodes]',
  help: 'Prints what the file system has and the state of its datanodes, or of those asked for.',
  words: [0, LISTS.length],
  async run(words, { namenodes }, terminal, json) {
    const unknown = words.find((word) => !LISTS.some((list) => list.word === word.toLowerCase()));
    if (unknown !== undefined) {
      throw new UsageError(`${unknown} is none of ${LISTS.map(({ word }) => word).join(', ')}`);
    }
    const asked = LISTS.filter(({ word }) => words.some((each) => each.toLowerCase() === word));
    const facts = await collect(namenodes, asked.length === 0 ? LISTS : asked);
    return show(terminal, json, facts, json ? '' : summaryText(facts) + (await listsText(facts, asked.length > 0)));
  },
};

async function collect(namenodes: NamenodeGroup, lists: readonly (typeof LISTS)[number][]): Promise<Facts> {
  const { result: safeMode } = await namenodes.call('setSafeMode', { action: SafeModeActionProto.SAFEMODE_GET });
  const datanodes: { title: string; nodes: readonly DatanodeInfoProto[] }[] = [];
  for (const { title, kind } of lists) {
    const nodes =
      kind === undefined
        ? (await namenodes.call('getSlowDatanodeReport', {})).datanodeInfoProto
        : (await namenodes.call('getDatanodeReport', { type: kind })).di;
    datanodes.push({ title, nodes });
  }
  return {
    stats: await namenodes.call('getFsStats', {}),
    safeMode,
    replicated: await namenodes.call('getFsReplicatedBlockStats', {}),
    erasureCoded: await namenodes.call('getFsECBlockGroupStats', {}),
    datanodes,
  };
}

function summaryText({ stats, safeMode, replicated, erasureCoded }: Facts): string {
  const present = stats.used + stats.remaining;
  const priority = (count: number | undefined): string[] =>
    count === undefined ? [] : [`\tLow redundancy blocks with highest priority to recover: ${count}`];
  const lines = [
    ...(safeMode ? ['Safe mode is ON'] : []),
    `Configured Capacity: ${bytes(stats.capacity)}`,
    `Present Capacity: ${bytes(present)}`,
    `DFS Remaining: ${bytes(stats.remaining)}`,
    `DFS Used: ${bytes(stats.used)}`,
    `DFS Used%: ${(present === 0 ? 0 : (stats.used / present) * 100).toFixed(2)}%`,
    'Replicated Blocks:',
    `\tUnder replicated blocks: ${replicated.low_redundancy}`,
    `\tBlocks with corrupt replicas: ${replicated.corrupt_blocks}`,
    `\tMissing blocks: ${replicated.missing_blocks}`,
    `\tMissing blocks (with replication factor 1): ${replicated.missing_repl_one_blocks}`,
    ...priority(replicated.highest_prio_low_redundancy_blocks),
    `\tPending deletion blocks: ${replicated.pending_deletion_blocks}`,
    'Erasure Coded Block Groups: ',
    `\tLow redundancy block groups: ${erasureCoded.low_redundancy}`,
    `\tBlock groups with corrupt internal blocks: ${erasureCoded.corrupt_blocks}`,
    `\tMissing block groups: ${erasureCoded.missing_blocks}`,
    ...priority(erasureCoded.highest_prio_low_redundancy_blocks),
    `\tPending deletion blocks: ${erasureCoded.pending_deletion_blocks}`,
    '',
    '-------------------------------------------------',
  ];
  return `${lines.join('\n')}\n`;
}

/** A list that is empty is shown only to those who asked for it. */
async function listsText({ datanodes }: Facts, asked: boolean): Promise<string> {
  let text = '';
  for (const { title, nodes } of datanodes) {
    if (nodes.length === 0 && !asked) continue;
    text += `${title} datanodes (${nodes.length}):\n\n`;
    for (const node of nodes) text += `${datanodeText(node, await hostNameOf(node.id.ipAddr))}\n\n`;
  }
  return text;
}
