import {
  DatanodeInfoProto_AdminState as AdminState,
  type DatanodeInfoProto,
  DatanodeReportTypeProto,
} from '@rfs/protocol/messages';
import { hostNameOf } from './host-names.js';
import { type Subcommand, show } from './subcommand.js';

const STATES: Readonly<Record<AdminState, string>> = {
  [AdminState.NORMAL]: 'In Service',
  [AdminState.DECOMMISSION_INPROGRESS]: 'Decommission In Progress',
  [AdminState.DECOMMISSIONED]: 'Decommissioned',
  [AdminState.ENTERING_MAINTENANCE]: 'Entering Maintenance',
  [AdminState.IN_MAINTENANCE]: 'In Maintenance',
};

export interface Rack {
  readonly rack: string;
  readonly nodes: readonly { readonly name: string; readonly hostName: string; readonly state: string }[];
}

export const printTopology: Subcommand = {
  usage: '-printTopology',
  help: 'Prints the racks and the datanodes in each.',
  words: [0, 0],
  async run(_words, admin, terminal, json) {
    const { di } = await admin.namenodes.call('getDatanodeReport', { type: DatanodeReportTypeProto.ALL });
    const racks = await racksOf(di, hostNameOf);
    return show(terminal, json, { racks }, topologyText(racks));
  },
};

/** Racks and in them datanodes, both in the order of their names; `lookUp` finds the name of an address. */
export async function racksOf(
  datanodes: readonly DatanodeInfoProto[],
  lookUp: (address: string) => Promise<string>,
): Promise<Rack[]> {
  const racks = new Map<string, Rack['nodes'][number][]>();
  for (const { id, location = '', adminState = AdminState.NORMAL } of datanodes) {
    const nodes = racks.get(location) ?? [];
    racks.set(location, nodes);
    nodes.push({
      name: `${id.ipAddr}:${id.xferPort}`,
      hostName: await lookUp(id.ipAddr),
      state: STATES[adminState],
    });
  }
  return [...racks]
    .map(([rack, nodes]) => ({ rack, nodes: nodes.sort((a, b) => inOrder(a.name, b.name)) }))
    .sort((a, b) => inOrder(a.rack, b.rack));
}

/** The tree of `DFSAdmin.printTopology`. */
export function topologyText(racks: readonly Rack[]): string {
  return racks
    .map(({ rack, nodes }) => {
      const lines = nodes.map(({ name, hostName, state }) => `   ${name} (${hostName}) ${state}\n`);
      return `Rack: ${rack}\n${lines.join('')}\n`;
    })
    .join('');
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
