import { type Failure, isFailure } from '@rfs/base/failure';
import type { Random } from '@rfs/base/seams';
import type {
  DatanodeInfoProto,
  GetFileInfoResponseProto,
  LocatedBlockProto,
  LocatedBlocksProto,
} from '@rfs/protocol/messages';
import type { ClientMethod } from '@rfs/protocol/service';
import { named } from './calls.js';
import type { World } from './cluster.js';
import type { SimDatanode } from './storage/index.js';

/** What a client does next in something that takes several steps, and what comes of it. */
export type Step =
  | { readonly type: 'ask'; readonly method: ClientMethod; readonly request: unknown }
  /** A read that is compared with what the log shows of the path. */
  | { readonly type: 'status'; readonly path: string; readonly coordinated: boolean }
  | {
      readonly type: 'datanodes';
      readonly nodes: readonly SimDatanode[];
      readonly work: (node: SimDatanode) => unknown;
    }
  | { readonly type: 'pause'; readonly ms: number };
export type Job<T = void> = Generator<Step, T, unknown>;

/** Who writes or reads. */
export interface Worker {
  readonly world: World;
  readonly random: Random;
  /** Under this name it holds leases. */
  readonly holder: string;
  /** Whoever has that name is never heard of again. */
  die(): void;
}

interface Block {
  readonly id: number;
  readonly stamp: number;
  readonly length: number;
}

/** The pipeline of a block while it is being written. */
interface Pipeline {
  nodes: readonly SimDatanode[];
  block: Block;
}

const TRIES = 5;
const COMPLETE_TRIES = 25;
const PAUSE_MS = 300;
/** Between packets a writer may take a moment. */
const PACKET_PAUSE_MS = 600;
/** One writer in so many dies while it writes. */
const DIES_ONE_IN = 12;
const WHOLE_FILE_BYTES = 2 ** 40;
const NEW_BLOCK_FLAGS = 4 | 32;
const APPEND_FLAG = 4;

/** Makes a file and writes it (DFSOutputStream). */
export function* writeFile(worker: Worker, path: string, replication: number): Job {
  const request = {
    src: path,
    masked: { perm: 0o644 },
    clientName: worker.holder,
    createFlag: 1,
    createParent: true,
    replication,
    blockSize: 1 << 20,
    cryptoProtocolVersion: [],
  };
  const created = yield* ask<{ fs: { fileId: number } }>('create', request);
  if (isFailure(created)) return;
  worker.world.files.add(path);
  const blocks = worker.world.datanodes.length === 0 ? 0 : worker.random.below(3);
  yield* writeBlocks(worker, path, created.fs.fileId, undefined, blocks);
}

/** Writes on behind the end of a file, in its last block or in a new one. */
export function* appendFile(worker: Worker, path: string): Job {
  const flag = worker.random.below(3) === 0 ? NEW_BLOCK_FLAGS : APPEND_FLAG;
  const request = { src: path, clientName: worker.holder, flag };
  const opened = yield* ask<{ block?: LocatedBlockProto; stat: { fileId: number } }>('append', request);
  if (isFailure(opened)) return;
  const { block, stat } = opened;
  let last = block === undefined ? undefined : blockOf(block);
  if (block !== undefined && last !== undefined && flag === APPEND_FLAG) {
    last = yield* continueBlock(worker, last, nodesOf(worker.world, block.locs));
    if (last === undefined) return;
  }
  yield* writeBlocks(worker, path, stat.fileId, last, flag === APPEND_FLAG && last !== undefined ? 0 : 1);
}

/** Cuts a file short; the last block that stays is shortened later, by its datanodes. */
export function* truncateFile(worker: Worker, src: string): Job {
  const found = yield* ask<GetFileInfoResponseProto>('getFileInfo', { src });
  if (isFailure(found) || found.fs === undefined) return;
  const newLength = worker.random.below(found.fs.length + 1);
  yield* ask('truncate', { src, newLength, clientName: worker.holder });
}

/** Reads a whole file; what cannot be read now is left. */
export function* readFile(worker: Worker, path: string): Job {
  const beganMs = worker.world.scheduler.nowMs;
  const request = { src: path, offset: 0, length: WHOLE_FILE_BYTES };
  const found = yield* ask<{ locations?: LocatedBlocksProto }>('getBlockLocations', request);
  if (isFailure(found)) return;
  for (const located of found.locations?.blocks ?? []) {
    const { id, stamp, length } = blockOf(located);
    for (const node of nodesOf(worker.world, located.locs)) {
      const [text] = (yield* atDatanodes([node], ({ work }) => work.read({ id, stamp }, length))) as [
        string | undefined,
      ];
      if (text === undefined) continue;
      worker.world.blockWatch.read(id, text, beganMs);
      break;
    }
  }
}

/** Adds `count` blocks behind `last` and closes the file. What fails is left to lease recovery. */
function* writeBlocks(worker: Worker, src: string, fileId: number, last: Block | undefined, count: number): Job {
  const clientName = worker.holder;
  let previous = last;
  for (let left = count; left > 0; left--) {
    previous = yield* newBlock(worker, src, fileId, previous);
    if (previous === undefined) return;
  }
  const request = { src, clientName, fileId, last: previous && proto(previous) };
  for (let tries = 0; tries < COMPLETE_TRIES; tries++) {
    const done = yield* ask<{ result: boolean }>('complete', request);
    if (isFailure(done) || done.result) return;
    yield { type: 'pause', ms: PAUSE_MS };
  }
}

function* newBlock(worker: Worker, src: string, fileId: number, previous: Block | undefined): Job<Block | undefined> {
  const clientName = worker.holder;
  const excludeNodes: DatanodeInfoProto[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    const request = {
      src,
      clientName,
      previous: previous && proto(previous),
      excludeNodes,
      fileId,
      favoredNodes: [],
      flags: [],
    };
    const added = yield* ask<{ block: LocatedBlockProto }>('addBlock', request);
    if (isFailure(added)) {
      if (added.code !== 'NotReplicatedYetException' && added.code !== 'IOException') return undefined;
      yield { type: 'pause', ms: PAUSE_MS };
      continue;
    }
    const block = blockOf(added.block);
    const nodes = nodesOf(worker.world, added.block.locs);
    const made = yield* atDatanodes(nodes, ({ work }) => work.create(block));
    if (nodes.length > 0 && made.every((done) => done === true)) {
      return yield* send(worker, { nodes, block }, '');
    }
    for (const [i, done] of made.entries()) if (done !== true) excludeNodes.push(added.block.locs[i]!);
    const abandon = { b: proto(block), src, holder: clientName, fileId };
    if (isFailure(yield* ask('abandonBlock', abandon))) return undefined;
  }
  return undefined;
}

/** Writes on in a block that is complete. */
function* continueBlock(worker: Worker, block: Block, nodes: readonly SimDatanode[]): Job<Block | undefined> {
  const before = worker.world.blockWatch.contentOf(block.id, block.length);
  if (before === undefined) return undefined;
  const pipeline = { nodes, block };
  const { id, stamp, length } = block;
  const setUp = yield* renew(worker, pipeline, ({ work }, newStamp) => {
    const opened = work.append({ id, stamp }, newStamp, length);
    return opened || work.recover({ id, stamp }, newStamp, length);
  });
  return setUp ? yield* send(worker, pipeline, before) : undefined;
}

/** Sends some bytes behind `before` through the pipeline, which may break and is then set up again. */
function* send(worker: Worker, pipeline: Pipeline, before: string): Job<Block | undefined> {
  const { random, world } = worker;
  const packets = Array.from({ length: 1 + random.below(3) }, () => bytes(random));
  let text = before;
  while (packets.length > 0) {
    if (random.below(DIES_ONE_IN) === 0) {
      worker.die();
      return undefined;
    }
    if (random.below(2) === 0) yield { type: 'pause', ms: random.below(PACKET_PAUSE_MS) };
    const { id, stamp } = pipeline.block;
    const packet = packets[0]!;
    const acks = yield* atDatanodes(pipeline.nodes, ({ work }) => work.packet({ id, stamp }, text.length, packet));
    if (acks.every((ack) => ack === true)) {
      text += packet;
      packets.shift();
      continue;
    }
    pipeline.nodes = pipeline.nodes.filter((_node, i) => acks[i] === true);
    const acked = text.length;
    const goesOn = yield* renew(worker, pipeline, ({ work }, newStamp) => work.recover({ id, stamp }, newStamp, acked));
    if (!goesOn) return undefined;
  }
  return yield* finish(worker, pipeline, text, (stamp) =>
    world.blockWatch.willComplete(pipeline.block.id, stamp, text),
  );
}

/** All bytes are acknowledged: the replicas are finalized, under another stamp if some do not answer. */
function* finish(
  worker: Worker,
  pipeline: Pipeline,
  text: string,
  sealing: (stamp: number) => void,
): Job<Block | undefined> {
  const { id, stamp } = pipeline.block;
  const { length } = text;
  sealing(stamp);
  const acks = yield* atDatanodes(pipeline.nodes, ({ work }) => work.finish({ id, stamp }, length));
  if (acks.some((ack) => ack !== true)) {
    pipeline.nodes = pipeline.nodes.filter((_node, i) => acks[i] === true);
    pipeline.block = { id, stamp, length };
    const closed = yield* renew(worker, pipeline, ({ work }, newStamp) => {
      sealing(newStamp);
      return work.close({ id, stamp }, newStamp, length);
    });
    if (!closed) return undefined;
  }
  return { ...pipeline.block, length };
}

/** Sets the pipeline up under a new stamp, with those of its datanodes that answer; false when that cannot be. */
function* renew(
  { holder }: Worker,
  pipeline: Pipeline,
  setUp: (node: SimDatanode, newStamp: number) => boolean,
): Job<boolean> {
  const { block } = pipeline;
  for (let tries = 0; tries < TRIES && pipeline.nodes.length > 0; tries++) {
    const request = { block: proto(block), clientName: holder };
    const stamped = yield* ask<{ block: LocatedBlockProto }>('updateBlockForPipeline', request);
    if (isFailure(stamped)) return false;
    const newStamp = stamped.block.b.generationStamp;
    const { nodes } = pipeline;
    const acks = yield* atDatanodes(nodes, (node) => setUp(node, newStamp));
    pipeline.nodes = nodes.filter((_node, i) => acks[i] === true);
    if (pipeline.nodes.length < nodes.length) continue;
    const renewed = { ...block, stamp: newStamp };
    const update = {
      clientName: holder,
      oldBlock: proto(block),
      newBlock: proto(renewed),
      newNodes: nodes.map(({ id }) => id),
      storageIDs: nodes.map(({ volume }) => volume.storageId),
    };
    if (isFailure(yield* ask('updatePipeline', update))) return false;
    pipeline.block = renewed;
    return true;
  }
  return false;
}

function* ask<T>(method: ClientMethod, request: unknown): Job<T | Failure> {
  return (yield { type: 'ask', method, request }) as T | Failure;
}

function* atDatanodes(nodes: readonly SimDatanode[], work: (node: SimDatanode) => unknown): Job<readonly unknown[]> {
  return (yield { type: 'datanodes', nodes, work }) as readonly unknown[];
}

function blockOf({ b }: LocatedBlockProto): Block {
  return { id: b.blockId, stamp: b.generationStamp, length: b.numBytes ?? 0 };
}

function nodesOf(world: World, locs: readonly DatanodeInfoProto[]): SimDatanode[] {
  return locs.map(({ id }) => world.datanodeAt(id.ipAddr));
}

function proto({ id, stamp, length }: Block) {
  return named(id, stamp, length);
}

function bytes(random: Random): string {
  let text = '';
  for (let count = 1 + random.below(4); count > 0; count--) text += String.fromCharCode(97 + random.below(26));
  return text;
}
