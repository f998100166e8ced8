import { FailureError } from '@rfs/base/failure';
import { type ExceptionCode, exceptionTable } from '@rfs/protocol/exceptions';
import type { DatanodeVolumeInfoProto } from '@rfs/protocol/messages';
import type { Terminal } from '../../terminal/index.js';
import { bytes, storageTypeName } from './datanode-text.js';
import { type Subcommand, show, WrongWords } from './subcommand.js';
import { hostAndPort, popFlag, popValue } from './words.js';

/** What the way to a datanode says, and no datanode. */
const UNREACHED: readonly string[] = [
  'ConnectException',
  'EOFException',
  'SocketTimeoutException',
  'UnknownHostException',
];

const NO_TARGET = 1;

export const getDatanodeInfo: Subcommand = {
  usage: '-getDatanodeInfo <datanode_host:ipc_port>',
  help: "Prints a datanode's uptime and versions; tells whether it is alive.",
  words: [1, 1],
  async run([address = ''], admin, terminal, json) {
    const { localInfo } = await reached(admin.datanode(address, 'getDatanodeInfo', {}));
    const { uptime, softwareVersion, configVersion } = localInfo;
    const text = `Uptime: ${uptime}, Software version: ${softwareVersion}, Config version: ${configVersion}\n`;
    return show(terminal, json, { uptime, softwareVersion, configVersion }, text);
  },
};

export const getVolumeReport: Subcommand = {
  usage: '-getVolumeReport datanode_host:ipc_port',
  help: 'Prints the volumes of a datanode.',
  words: [1, 1],
  async run([address = ''], admin, terminal, json) {
    const { volumeInfo } = await admin.datanode(address, 'getVolumeReport', {});
    const volumes = volumeInfo.map((volume) => ({ ...volume, storageType: storageTypeName(volume.storageType) }));
    return show(terminal, json, { volumes }, volumesText(volumeInfo));
  },
};

export const getBalancerBandwidth: Subcommand = {
  usage: '-getBalancerBandwidth <datanode_host:ipc_port>',
  help: 'Prints how many bytes a second a datanode spends on balancing.',
  words: [1, 1],
  async run([address = ''], admin, terminal, json) {
    const { bandwidth } = await reached(admin.datanode(address, 'getBalancerBandwidth', {}));
    return show(terminal, json, { bandwidth }, `Balancer bandwidth is ${bandwidth} bytes per second.\n`);
  },
};

export const triggerBlockReport: Subcommand = {
  usage: '-triggerBlockReport [-incremental] <datanode_host:ipc_port> [-namenode <namenode_host:ipc_port>]',
  help: 'Has a datanode report its blocks now, all of them or (-incremental) what has changed.',
  words: [1, 4],
  async run(given, admin, terminal) {
    const words = [...given];
    const nnAddress = popValue(words, '-namenode');
    if (nnAddress !== undefined) hostAndPort(nnAddress);
    const incremental = popFlag(words, '-incremental');
    const at = words.findIndex((word) => !word.startsWith('-'));
    if (at < 0) return complain(terminal, 'You must specify a host:port pair.');
    const [address = ''] = words.splice(at, 1);
    if (words.length > 0) return complain(terminal, `Can't understand arguments: ${words.join(' ')}`);
    try {
      await admin.datanode(address, 'triggerBlockReport', { incremental, nnAddress });
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      return complain(terminal, `triggerBlockReport error: ${javaText(error)}`);
    }
    const towards = nnAddress === undefined ? '' : ` to namenode ${nnAddress}`;
    terminal.out(`Triggering ${incremental ? 'an incremental' : 'a full'} block report on ${address}${towards}.\n`);
    return 0;
  },
};

export const evictWriters: Subcommand = {
  usage: '-evictWriters <datanode_host:ipc_port>',
  help: 'Has a datanode drop all clients that write a block, so that they go on elsewhere.',
  words: [1, 1],
  async run([address = ''], admin, terminal) {
    await reached(admin.datanode(address, 'evictWriters', {}));
    terminal.out(`Requested writer eviction to datanode ${address}\n`);
    return 0;
  },
};

export const shutdownDatanode: Subcommand = {
  usage: '-shutdownDatanode <datanode_host:ipc_port> [upgrade]',
  help: 'Has a datanode end; with upgrade, its writers wait for it to come back.',
  words: [1, 2],
  async run([address = '', word], admin, terminal) {
    if (word !== undefined && word.toLowerCase() !== 'upgrade') throw new WrongWords();
    await admin.datanode(address, 'shutdownDatanode', { forUpgrade: word !== undefined });
    terminal.out(`Submitted a shutdown request to datanode ${address}\n`);
    return 0;
  },
};

/** A datanode's volumes as HDFS shows them (`DatanodeVolumeInfo.getDatanodeVolumeReport`). */
export function volumesText(volumes: readonly DatanodeVolumeInfoProto[]): string {
  const withoutSpace = (count: number): string => bytes(count).replace(' ', '');
  const texts = volumes.map((volume) =>
    [
      '',
      `Directory: ${volume.path}`,
      `StorageType: ${storageTypeName(volume.storageType)}`,
      `Capacity Used: ${withoutSpace(volume.usedSpace)}`,
      `Capacity Left: ${withoutSpace(volume.freeSpace)}`,
      `Capacity Reserved: ${withoutSpace(volume.reservedSpace)}`,
      `Reserved Space for Replicas: ${withoutSpace(volume.reservedSpaceForReplicas)}`,
      `Blocks: ${volume.numBlocks}\n`,
    ].join('\n'),
  );
  return `Active Volumes : ${volumes.length}\n${texts.join('')}`;
}

/** Says of any refusal that the datanode cannot be reached, as HDFS does. */
async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { code } = error.failure;
    throw new FailureError({ code, message: `Datanode unreachable. ${javaText(error)}` });
  }
}

/** The failure as Java's toString shows the exception that its client would have. */
function javaText({ failure }: FailureError): string {
  const javaClass = exceptionTable[failure.code as ExceptionCode]?.javaClass ?? failure.code;
  return UNREACHED.includes(failure.code)
    ? `${javaClass}: ${failure.message}`
    : `org.apache.hadoop.ipc.RemoteException(${javaClass}): ${failure.message}`;
}

function complain(terminal: Terminal, text: string): number {
  terminal.err(`${text}\n`);
  return NO_TARGET;
}
