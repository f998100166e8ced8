import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Files } from './files.js';
import { cutToVerified } from './integrity.js';
import { blockFileName, type ReplicaFileName, readFileName, SUBDIR_COUNT, subdirPath } from './layout.js';
import { META_HEADER_BYTES } from './meta-header.js';
import { OpenReplica, replicaPaths } from './open-replica.js';
import type { Volume } from './volume.js';

/** Folders listed at the same time on one volume: as many as the thread pool has threads. */
const PARALLEL_FOLDERS = 4;
/** Holds the boot id of the machine when the volume was last in use. */
const BOOT_FILE = 'rfs-boot-id';
/** HDFS's chunk: tells the space of a replica's sums without asking for its meta file. */
const USUAL_BYTES_PER_CHECKSUM = 512;

/** Takes what a scan finds. */
export interface ScanSink {
  finalized(blockId: BlockId, generationStamp: GenerationStamp, lengthBytes: number, volume: Volume): void;
  open(replica: OpenReplica): void;
}

/** Space that a finalized replica and its sums take, to the byte for HDFS's 512-byte chunks. */
export function spaceOf(lengthBytes: number): number {
  return lengthBytes + META_HEADER_BYTES + Math.ceil(lengthBytes / USUAL_BYTES_PER_CHECKSUM) * 4;
}

/**
 * Finds the replicas of a volume when a datanode starts (BlockPoolSlice.getVolumeMap): finalized ones as they are, those
 * left in `rbw` cut to what their sums vouch for, unfinished copies removed.
 *
 * Lengths come from the catalogs, which spares a call for each replica, but only while the machine has run on since
 * they were written: a power loss may keep a catalog and lose the data.
 */
export async function scanVolume(files: Files, volume: Volume, sink: ScanSink): Promise<void> {
  const bootFile = `${volume.folder}/current/${BOOT_FILE}`;
  const bootId = (await files.bootId()) ?? '';
  const trustCatalog = bootId !== '' && (await files.readAll(bootFile))?.toString('utf8') === bootId;
  const subdirs: number[] = [];
  for (const outer of await files.list(volume.folders.finalized)) {
    const match = /^subdir(\d{1,2})$/.exec(outer);
    if (match === null) continue;
    for (const inner of await files.list(`${volume.folders.finalized}/${outer}`)) {
      const innerMatch = /^subdir(\d{1,2})$/.exec(inner);
      const subdir = Number(match[1]) * 32 + Number(innerMatch?.[1] ?? SUBDIR_COUNT);
      if (subdir < SUBDIR_COUNT) subdirs.push(subdir);
    }
  }
  const workers: Promise<void>[] = [];
  const next = subdirs.values();
  for (let i = 0; i < PARALLEL_FOLDERS; i++) workers.push(scanFolders(files, volume, next, trustCatalog, sink));
  await Promise.all(workers);
  await scanUnfinished(files, volume, sink);
  for (const name of await files.list(volume.folders.tmp)) await files.remove(`${volume.folders.tmp}/${name}`);
  if (!trustCatalog) await files.replace(bootFile, bootId);
}

async function scanFolders(
  files: Files,
  volume: Volume,
  subdirs: Iterator<number>,
  trustCatalog: boolean,
  sink: ScanSink,
): Promise<void> {
  for (let next = subdirs.next(); next.done !== true; next = subdirs.next()) {
    await scanFinalized(files, volume, next.value, trustCatalog, sink);
  }
}

async function scanFinalized(
  files: Files,
  volume: Volume,
  subdir: number,
  trustCatalog: boolean,
  sink: ScanSink,
): Promise<void> {
  const folder = `${volume.folders.finalized}/${subdirPath(subdir)}`;
  const [names, records] = await Promise.all([files.list(folder), volume.catalog.load(subdir)]);
  const found = replicasOf(names);
  const lengths = new Map<BlockId, number>();
  if (trustCatalog) {
    for (const { blockId, generationStamp, lengthBytes } of records) {
      if (found.stamps.get(blockId) === generationStamp) lengths.set(blockId, lengthBytes);
    }
  }
  const unknown: BlockId[] = [];
  for (const blockId of found.blocks) {
    const known = lengths.get(blockId);
    if (known === undefined) unknown.push(blockId);
    else sink.finalized(blockId, found.stamps.get(blockId)!, known, volume);
  }
  const sizes = await files.sizesBytes(unknown.map((blockId) => `${folder}/${blockFileName(blockId)}`));
  for (const [index, blockId] of unknown.entries()) {
    const stamp = found.stamps.get(blockId) ?? (0 as GenerationStamp);
    const lengthBytes = sizes[index] ?? null;
    if (lengthBytes !== null) sink.finalized(blockId, stamp, lengthBytes, volume);
  }
}

async function scanUnfinished(files: Files, volume: Volume, sink: ScanSink): Promise<void> {
  const folder = volume.folders.rbw;
  const names = await files.list(folder);
  const { blocks, stamps } = replicasOf(names);
  for (const blockId of blocks) {
    if (!stamps.has(blockId) && (await finishMove(files, volume, blockId, sink))) continue;
    const stamp = stamps.get(blockId) ?? (0 as GenerationStamp);
    const survivor = await cutToVerified(files, replicaPaths(folder, blockId, stamp));
    const replica = new OpenReplica(blockId, stamp, volume, 'RWR');
    replica.setLength(survivor.lengthBytes);
    replica.format = survivor.format;
    volume.usedBytes += spaceOf(survivor.lengthBytes);
    sink.open(replica);
  }
}

/**
 * A replica moves into `finalized` meta file first and out of it meta file last, so a crash between leaves the data in
 * `rbw` and the sums in `finalized`: a whole replica, whose data belongs beside its sums.
 */
async function finishMove(files: Files, volume: Volume, blockId: BlockId, sink: ScanSink): Promise<boolean> {
  const folder = volume.finalizedPath(blockId);
  const stamp = replicasOf(await files.list(folder)).stamps.get(blockId);
  if (stamp === undefined) return false;
  const { data } = replicaPaths(folder, blockId, stamp);
  await files.rename(replicaPaths(volume.folders.rbw, blockId, stamp).data, data);
  const lengthBytes = await files.sizeBytes(data);
  sink.finalized(blockId, stamp, lengthBytes ?? 0, volume);
  return true;
}

/** What a folder's names say: its blocks, and the stamp in each one's meta file, the newest if there are several. */
export function replicasOf(names: readonly string[]): { blocks: BlockId[]; stamps: Map<BlockId, GenerationStamp> } {
  const blocks: BlockId[] = [];
  const stamps = new Map<BlockId, GenerationStamp>();
  const name: ReplicaFileName = { kind: 'other', blockId: 0 as BlockId, generationStamp: 0 as GenerationStamp };
  for (const text of names) {
    const { kind, blockId, generationStamp } = readFileName(text, name);
    if (kind === 'block') blocks.push(blockId);
    else if (kind === 'meta' && (stamps.get(blockId) ?? 0) < generationStamp) stamps.set(blockId, generationStamp);
  }
  return { blocks, stamps };
}
