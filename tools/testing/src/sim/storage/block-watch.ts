import { BlockCommandProto_Action as Action, type DatanodeCommandProto } from '@rfs/protocol/messages';
import type { World } from '../cluster.js';
import { must } from '../failure.js';
import type { ModelBlock } from '../model-files.js';
import type { SimServer } from '../server.js';
import { type SimReplica, settledState } from './replica.js';
import type { SimDatanode } from './sim-datanode.js';

/** With fewer other replicas of something that it holds, a disk is not lost: the budget. */
const SPARE_REPLICAS = 2;

/** What must hold between the log's blocks and the bytes on disks, whatever namenodes believe. */
export class BlockWatch {
  /** What blocks hold that were complete once, as far as they were. */
  private readonly contents = new Map<number, string>();
  /** What they held before they were cut, and when that was. */
  private readonly uncut = new Map<number, { readonly text: string; readonly untilMs: number }[]>();
  /** So long blocks must become that are being cut. */
  private readonly cuts = new Map<number, number>();
  /** What their writers have sent, by block and stamp. */
  private readonly sent = new Map<string, string>();
  private readonly world: World;
  completedCount = 0;
  readCount = 0;

  constructor(world: World) {
    this.world = world;
    const { blocks } = world.history;
    blocks.completed = (block) => this.completed(block);
    blocks.cut = (block, keepBytes) => this.cut(block, keepBytes);
    blocks.missing = (block) =>
      must(
        !this.contents.has(block.id),
        'durability',
        () => `${blockText(block)} is given up; ${this.placesOf(block.id)}`,
      );
  }

  /** The first bytes of a block that was complete once; undefined for others. */
  contentOf(id: number, length: number): string | undefined {
    const content = this.contents.get(id);
    return content === undefined || content.length < length ? undefined : content.slice(0, length);
  }

  /** A client has sent all of a block, and will say so under this stamp. */
  willComplete(id: number, stamp: number, text: string): void {
    this.sent.set(`${id}_${stamp}`, text);
  }

  /** A client has read the first bytes of a block that it was given the place of since `beganMs`. */
  read(id: number, text: string, beganMs: number): void {
    this.readCount++;
    const content = this.contents.get(id);
    if (content === undefined) return;
    const before = this.uncut.get(id)?.some(({ text: old, untilMs }) => untilMs >= beganMs && isPartOf(old, text));
    must(
      isPartOf(content, text) || before === true,
      'bytes',
      () => `block ${id} is read as "${text}", and is "${content}"`,
    );
  }

  /** A leader orders something of a datanode: right replicas go only after its fresh report. */
  ordered(server: SimServer, node: SimDatanode, commands: readonly DatanodeCommandProto[]): void {
    for (const { blkCmd } of commands) {
      if (blkCmd?.action !== Action.INVALIDATE) continue;
      for (const { blockId, genStamp } of blkCmd.blocks) {
        const block = this.world.history.blocks.byId.get(blockId);
        const replica = node.replicas.get(blockId);
        if (block?.stamp !== genStamp || replica === undefined || !isRight(block, replica)) continue;
        must(
          server.hasReportOf(node),
          'fresh reports',
          () => `${server.name} has ${blockText(block)} deleted at ${node.id.datanodeUuid} before its report`,
        );
      }
    }
  }

  /** A namenode has ordered a replica to be deleted, and it is about to be. */
  deleting(node: SimDatanode, id: number, replica: SimReplica): void {
    const block = this.world.history.blocks.byId.get(id);
    if (block === undefined || !isRight(block, replica)) return;
    // Of a block that is written on, replicas may be ahead of what the log says of it.
    const ahead = isOpen(block) ? this.countAhead(block, replica) : 0;
    must(
      this.countRight(block) - 1 + ahead >= 1,
      'last replica',
      () => `${node.id.datanodeUuid} deletes the last right replica of ${blockText(block)}; ${this.placesOf(id)}`,
    );
  }

  /** Everything that was acknowledged is on some disk. */
  check(): void {
    for (const block of this.world.history.blocks.byId.values()) {
      if (isOpen(block)) this.checkOpen(block);
      else if (block.state === 'complete') this.checkRight(block);
    }
  }

  /** A namenode knows of every replica that it was told of and that is still there. */
  checkKnown(server: SimServer): void {
    if (!server.isCurrent) return;
    for (const block of this.world.history.blocks.byId.values()) {
      if (block.state !== 'complete') continue;
      for (const node of this.world.datanodes) {
        const replica = node.replicas.get(block.id);
        if (replica === undefined || !isRight(block, replica)) continue;
        const link = node.links.find(({ member }) => member.running?.server === server);
        if (link?.hasTold(server, block.id, block.stamp) !== true) continue;
        must(
          server.knows(block.id, node),
          'reports',
          () => `${server.name} was told of ${blockText(block)} at ${node.id.datanodeUuid} and has forgotten it`,
        );
      }
    }
  }

  /** True when nothing of the disk is short of other replicas: it may be lost. */
  mayLose(node: SimDatanode): boolean {
    const { blocks } = this.world.history;
    for (const [id, replica] of node.replicas) {
      if (!blocks.byId.has(id) || settledState(replica) === 'TEMPORARY') continue;
      let others = 0;
      for (const other of this.world.datanodes) {
        const same = other === node || this.world.leaving.has(other) ? undefined : other.replicas.get(id);
        if (same !== undefined && isAsGood(same, replica)) others++;
      }
      if (others < SPARE_REPLICAS) return false;
    }
    return true;
  }

  /** What is not as it shall be once all is well; undefined when all is. */
  disorder(): string | undefined {
    const { byId } = this.world.history.blocks;
    const { datanodes, leaving } = this.world;
    const serving = datanodes.filter((node) => !leaving.has(node));
    for (const block of byId.values()) {
      if (block.state !== 'complete') return `${blockText(block)} is ${block.state}`;
      const wanted = Math.min(block.file.replication, serving.length);
      const right = serving.filter((node) => this.isRightAt(block, node)).length;
      if (right !== wanted)
        return `${blockText(block)} has ${right} replicas, not ${wanted}: ${this.placesOf(block.id)}`;
    }
    const leader = this.world.leader()?.running?.server;
    return this.strays() ?? this.mistaken() ?? (leader && leaving.unfinished(leader));
  }

  /** Replicas that should not be there, or have other bytes. */
  private strays(): string | undefined {
    const { byId } = this.world.history.blocks;
    for (const node of this.world.datanodes) {
      for (const [id, replica] of node.replicas) {
        const block = byId.get(id);
        if (block === undefined || !isRight(block, replica)) {
          const what = block === undefined ? 'no block' : blockText(block);
          return `${node.id.datanodeUuid} keeps ${replica.state} ${id}_${replica.stamp} of ${what}`;
        }
        const content = this.contents.get(id);
        must(replica.text === content, 'bytes', () => `${blockText(block)} is "${content}"; ${this.placesOf(id)}`);
      }
    }
    return undefined;
  }

  /** What a namenode believes of complete blocks and is not so. */
  private mistaken(): string | undefined {
    const { members, gone, history, datanodes } = this.world;
    for (const member of members) {
      const server = gone.has(member) ? undefined : member.running?.server;
      if (server === undefined) continue;
      for (const { id } of history.blocks.byId.values()) {
        const real = datanodes.filter(({ replicas }) => replicas.has(id)).map((node) => node.id.datanodeUuid);
        const known = server.placesOf(id);
        if (real.sort().join() !== known.sort().join()) {
          return `${server.name} knows block ${id} at ${known.join()}, and it is at ${real.join()}`;
        }
      }
    }
    return undefined;
  }

  private cut({ id }: ModelBlock, keepBytes: number): void {
    this.cuts.set(id, keepBytes);
    const text = this.contents.get(id);
    if (text === undefined) return;
    const before = this.uncut.get(id) ?? [];
    before.push({ text, untilMs: this.world.scheduler.nowMs });
    this.uncut.set(id, before);
    this.contents.set(id, text.slice(0, keepBytes));
  }

  private completed(block: ModelBlock): void {
    this.checkRight(block);
    const { id, stamp, lengthBytes } = block;
    const cut = this.cuts.get(id) ?? lengthBytes;
    this.cuts.delete(id);
    must(cut === lengthBytes, 'truncate', () => `${blockText(block)} was to be cut to ${cut} bytes`);
    const sent = this.sent.get(`${id}_${stamp}`);
    let content: string | undefined;
    for (const { replicas, id: node } of this.world.datanodes) {
      const replica = replicas.get(id);
      if (replica === undefined || !isRight(block, replica)) continue;
      content ??= replica.text;
      const { text } = replica;
      must(
        text === content,
        'bytes',
        () => `${blockText(block)} is "${text}" at ${node.datanodeUuid}, else "${content}"`,
      );
    }
    if (content === undefined) return;
    this.completedCount++;
    const before = this.contents.get(id) ?? '';
    const goesOn = content.startsWith(before) && (sent === undefined || sent.slice(0, lengthBytes) === content);
    must(goesOn, 'bytes', () => `${blockText(block)} is "${content}", was "${before}", "${sent}" was sent`);
    this.contents.set(id, content);
  }

  private checkRight(block: ModelBlock): void {
    if (block.lengthBytes === 0 || this.world.datanodes.length === 0) return;
    must(
      this.countRight(block) >= 1,
      'durability',
      () => `${blockText(block)} has no right replica: ${this.placesOf(block.id)}`,
    );
  }

  /** What was complete before the file was opened again is still there. */
  private checkOpen(block: ModelBlock): void {
    const content = this.contents.get(block.id);
    if (content === undefined) return;
    const kept = this.world.datanodes.some(({ replicas }) => replicas.get(block.id)?.text.startsWith(content) === true);
    must(kept, 'durability', () => `"${content}" of ${blockText(block)} is gone: ${this.placesOf(block.id)}`);
  }

  /** The datanode has a right replica of the block. */
  isRightAt(block: ModelBlock, { replicas }: SimDatanode): boolean {
    const replica = replicas.get(block.id);
    return replica !== undefined && isRight(block, replica);
  }

  private countRight(block: ModelBlock): number {
    let count = 0;
    for (const node of this.world.datanodes) if (this.isRightAt(block, node)) count++;
    return count;
  }

  private countAhead({ id }: ModelBlock, { stamp, text }: SimReplica): number {
    let count = 0;
    for (const { replicas } of this.world.datanodes) {
      const other = replicas.get(id);
      if (other !== undefined && other.stamp > stamp && other.text.startsWith(text)) count++;
    }
    return count;
  }

  private placesOf(id: number): string {
    const places = this.world.datanodes.map(({ id: { datanodeUuid }, replicas, isOn }) => {
      const replica = replicas.get(id);
      const what = replica === undefined ? 'nothing' : `${replica.state} ${replica.stamp} "${replica.text}"`;
      return `${datanodeUuid}${isOn ? '' : ' (down)'} ${what}`;
    });
    return places.join(', ');
  }
}

/** True when as much as both have is the same. */
function isPartOf(content: string, text: string): boolean {
  const length = Math.min(content.length, text.length);
  return content.slice(0, length) === text.slice(0, length);
}

function isOpen({ state }: ModelBlock): boolean {
  return state === 'open' || state === 'recovering';
}

function isRight({ stamp, lengthBytes }: ModelBlock, replica: SimReplica): boolean {
  return replica.stamp === stamp && replica.text.length === lengthBytes && settledState(replica) === 'FINALIZED';
}

/** Whoever has the one has lost nothing without the other. */
function isAsGood(one: SimReplica, other: SimReplica): boolean {
  if (one.stamp < other.stamp || one.text.length < other.text.length) return false;
  return settledState(other) !== 'FINALIZED' || settledState(one) === 'FINALIZED';
}

function blockText({ id, stamp, lengthBytes, file }: ModelBlock): string {
  return `block ${id}_${stamp} of ${lengthBytes} bytes, ${file.replication} times`;
}
