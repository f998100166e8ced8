import process from 'node:process';
import { parseArgs } from 'node:util';
import { protocols } from '@rfs/protocol/rpc';
import { startFakeDatanodes } from './fake-datanodes/index.js';
import { Load } from './load/index.js';
import { FileTree, makeHome } from './operations/index.js';
import { onEachPeer, type Peer, pinLoad, processorMs } from './peers/index.js';
import { metadataTable, type ServerMeasure } from './report/index.js';

/**
 * How many metadata operations a second does the namenode do on one core? Calls are encoded before the clock starts,
 * pipelined over a few connections from the other core, and every reply is checked. Each operation is warmed up by a
 * share of as many calls of its own. The server's processor time for each call stands beside the rate: on a machine that
 * is busy with other things it is the steadier of the two.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'apache,rfs' },
    count: { type: 'string', default: '60000' },
    connections: { type: 'string', default: '8' },
    clients: { type: 'string', default: '32' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
const REPLICAS = 3;
const USER = 'bench';

pinLoad();
const results = await onEachPeer(
  {
    peers: values.peers.split(','),
    datanodes: 0,
    properties: { 'dfs.replication': String(REPLICAS), 'dfs.namenode.fs-limits.min-block-size': '16' },
  },
  measurePeer,
);
process.stdout.write(
  values.json
    ? `${JSON.stringify([...results].map(([peer, measures]) => ({ peer, measures: Object.fromEntries(measures) })))}\n`
    : metadataTable(results),
);

async function measurePeer(peer: Peer): Promise<Map<string, ServerMeasure>> {
  await makeHome(peer.rpc, USER);
  const load = await Load.open(peer.rpc, protocols.client, {
    connections: Number(values.connections),
    clients: Number(values.clients),
    user: USER,
  });
  const datanodes = await startFakeDatanodes(peer.rpc, REPLICAS);
  const tree = new FileTree(count, REPLICAS);
  await tree.prepare(load);
  await tree.makeBlocks(load, datanodes);
  const measures = new Map<string, ServerMeasure>();
  for (const [name, work] of tree.operations()) {
    if (values.only !== '' && !values.only.split(',').includes(name)) continue;
    await load.run(work.warmUp);
    const beforeMs = processorMs(peer.namenodePid);
    const measure = await load.run(work.measured);
    const processorUs = ((processorMs(peer.namenodePid) - beforeMs) * 1000) / measure.count;
    measures.set(name, { ...measure, processorUs });
    process.stderr.write(`${peer.name} ${name} ${Math.round(measure.perSecond)}/s\n`);
  }
  for (const datanode of datanodes) datanode.stop();
  load.close();
  return measures;
}
