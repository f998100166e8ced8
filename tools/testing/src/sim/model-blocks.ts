import type { CommandKind, CommandMessage, CommandKind as Kind } from '@rfs/namenode/namespace';
import { lengthOf, type ModelBlock, type ModelNode } from './model-files.js';

/** The answer to what is not carried out. HDFS's codes are the business of the namespace's own tests. */
export const REFUSED = 'refused';

type Message<K extends CommandKind> = CommandMessage<K>;
type LoggedBlock = Message<typeof Kind.ABANDON_BLOCK>['block'];

const FIRST_BLOCK = 1_073_741_825;
const FIRST_STAMP = 1001;
/** FileFlag of an append that begins a new block. */
const NEW_BLOCK = 32;

/** The commands about blocks of files that are being written, each as simply as HDFS's rules can be put. */
export class ModelBlocks {
  /** All blocks of files that have a name. */
  readonly byId = new Map<number, ModelBlock>();
  /** Told of every block that is complete from now on. */
  completed: (block: ModelBlock) => void = () => {};
  /** Told of every block of which only the first bytes are to stay, and of every one that a recovery found nowhere. */
  cut: (block: ModelBlock, keepBytes: number) => void = () => {};
  missing: (block: ModelBlock) => void = () => {};
  private nextBlock = FIRST_BLOCK;
  private nextStamp = FIRST_STAMP;

  /** `nowMs` is the log's time. */
  addBlock(file: ModelNode | undefined, m: Message<typeof Kind.ADD_BLOCK>): string {
    if (file === undefined || file.holder !== m.clientName) return REFUSED;
    const { last, before } = ends(file);
    if (!same(m.previous, last)) {
      if (!same(m.previous, before) || last!.lengthBytes !== 0) return REFUSED;
      if (file.expected === 0) file.expected = m.targets.length;
      return `block ${last!.id}_${last!.stamp}`;
    }
    if (before !== undefined && before.state !== 'complete' && !isMinimal(m.minimal, before)) return REFUSED;
    if (m.previous !== undefined && last?.state === 'recovering') return REFUSED;
    if (before?.state === 'committed') this.commit(before, before.lengthBytes, true);
    if (m.previous !== undefined && last !== undefined && last.state !== 'complete') {
      const length = last.state === 'committed' ? last.lengthBytes : (m.previous.lengthBytes ?? 0);
      this.commit(last, length, isMinimal(m.minimal, last, length));
    }
    const block: ModelBlock = { id: this.nextBlock++, stamp: this.nextStamp++, lengthBytes: 0, state: 'open', file };
    file.blocks.push(block);
    this.byId.set(block.id, block);
    file.expected = m.targets.length;
    file.recoveryStamp = 0;
    return `block ${block.id}_${block.stamp}`;
  }

  complete(file: ModelNode | undefined, m: Message<typeof Kind.COMPLETE>, nowMs: number): string {
    if (file === undefined || file.children !== undefined) return REFUSED;
    const { last, before } = ends(file);
    if (file.holder !== m.clientName) return file.holder === undefined && same(m.last, last) ? 'true' : REFUSED;
    if (m.last === undefined && last !== undefined && last.state !== 'committed' && last.state !== 'complete') {
      return REFUSED;
    }
    if (before !== undefined && before.state !== 'complete' && !isMinimal(m.minimal, before)) return 'false';
    const commits =
      m.last !== undefined && last !== undefined && last.state !== 'committed' && last.state !== 'complete';
    if (commits && (last.state === 'recovering' || !same(m.last, last))) return REFUSED;
    if (before?.state === 'committed') this.commit(before, before.lengthBytes, true);
    let done = last === undefined || last.state === 'complete';
    if (last !== undefined && !done && (commits || last.state === 'committed')) {
      const length = commits ? (m.last?.lengthBytes ?? 0) : last.lengthBytes;
      done = isMinimal(m.minimal, last, length);
      if (done || commits) this.commit(last, length, done);
    }
    if (done) close(file, nowMs);
    return String(done);
  }

  abandonBlock(file: ModelNode | undefined, m: Message<typeof Kind.ABANDON_BLOCK>): string {
    if (file === undefined || file.holder !== m.clientName) return REFUSED;
    if (ends(file).last?.id !== m.block.blockId) return 'true';
    this.removeLast(file);
    file.expected = 0;
    file.recoveryStamp = 0;
    return 'true';
  }

  updateBlockForPipeline(file: ModelNode | undefined, m: Message<typeof Kind.UPDATE_BLOCK_FOR_PIPELINE>): string {
    return written(file, m.block, m.clientName) === undefined ? REFUSED : `stamp ${this.nextStamp++}`;
  }

  updatePipeline(file: ModelNode | undefined, m: Message<typeof Kind.UPDATE_PIPELINE>): string {
    const last = written(file, m.oldBlock, m.clientName);
    const length = m.newBlock.lengthBytes ?? 0;
    if (last === undefined || m.newBlock.stamp <= last.stamp || length < last.lengthBytes) return REFUSED;
    last.stamp = m.newBlock.stamp;
    last.lengthBytes = length;
    last.file.expected = m.storages.length;
    return 'true';
  }

  append(file: ModelNode | undefined, m: Message<typeof Kind.APPEND>): string {
    if (file === undefined || file.children !== undefined || file.holder !== undefined) return REFUSED;
    const { last } = ends(file);
    if (last !== undefined) {
      if (last.state !== 'complete' || !same(m.lastBlock, last) || m.sufficientlyReplicated !== true) return REFUSED;
      if ((m.flags & NEW_BLOCK) === 0) last.state = 'open';
    }
    file.holder = m.clientName;
    file.expected = last?.state === 'open' ? m.storages.length : 0;
    file.recoveryStamp = 0;
    return last === undefined ? 'appended' : `appended ${last.id}_${last.stamp}`;
  }

  truncate(file: ModelNode | undefined, m: Message<typeof Kind.TRUNCATE>, nowMs: number): string {
    if (file === undefined || file.children !== undefined) return REFUSED;
    const { last } = ends(file);
    const wanted = m.newLengthBytes;
    let end = lengthOf(file);
    if (file.holder !== undefined) {
      const isSame = last?.state === 'recovering' && file.cutTo >= 0 && wanted === end - last.lengthBytes + file.cutTo;
      return isSame ? 'false' : REFUSED;
    }
    if (wanted >= end) return wanted === end ? 'true' : REFUSED;
    let kept = file.blocks.length;
    while (kept > 0 && end - file.blocks[kept - 1]!.lengthBytes >= wanted) end -= file.blocks[--kept]!.lengthBytes;
    const shortened = end === wanted ? undefined : file.blocks[kept - 1]!;
    if (shortened !== undefined && !same(m.block, shortened)) return REFUSED;
    while (file.blocks.length > kept) this.removeLast(file);
    file.mtimeMs = nowMs;
    if (shortened === undefined) return 'true';
    file.holder = m.clientName;
    file.expected = m.storages.length;
    file.recoveryStamp = this.nextStamp++;
    file.cutTo = shortened.lengthBytes - (end - wanted);
    shortened.state = 'recovering';
    this.cut(shortened, file.cutTo);
    return 'false';
  }

  /** `open` is undefined for a file that is closed, or is not there and was asked for by its id. */
  releaseLease(open: ModelNode | undefined, m: Message<typeof Kind.RELEASE_LEASE>, nowMs: number): string {
    if (open === undefined) return 'true';
    if (m.holder !== undefined && m.holder !== open.holder) return 'false';
    const { last, before } = ends(open);
    const beforeReady = before === undefined || before.state === 'complete' || isMinimal(m.minimal, before);
    const lastReady =
      last === undefined || last.state === 'complete' || (last.state === 'committed' && isMinimal(m.minimal, last));
    if (last?.state === 'committed' && !beforeReady) return REFUSED;
    if (before?.state === 'committed' && beforeReady) this.commit(before, before.lengthBytes, true);
    if (lastReady && beforeReady) {
      if (last?.state === 'committed') this.commit(last, last.lengthBytes, true);
      close(open, nowMs);
      return 'true';
    }
    return last === undefined ? 'false' : this.beginRecovery(open, last, m, nowMs);
  }

  commitSynchronization(
    file: ModelNode | undefined,
    m: Message<typeof Kind.COMMIT_BLOCK_SYNCHRONIZATION>,
    nowMs: number,
  ): string {
    if (file === undefined || file.children !== undefined) return m.deleteBlock ? 'true' : REFUSED;
    const { last, before } = ends(file);
    if (file.holder === undefined || last === undefined || last.state === 'complete') return 'true';
    if (last.id !== m.block.blockId) return m.deleteBlock ? 'true' : REFUSED;
    if (file.recoveryStamp !== m.newStamp) return REFUSED;
    if (m.deleteBlock) {
      this.missing(last);
      this.removeLast(file);
    } else {
      last.stamp = m.newStamp;
      last.lengthBytes = m.newLengthBytes;
      last.state = 'open';
      if (m.closeFile) this.commit(last, m.newLengthBytes, true);
    }
    if (m.closeFile) {
      const rest = m.deleteBlock ? ends(file).last : before;
      if (rest?.state === 'committed') this.commit(rest, rest.lengthBytes, true);
      close(file, nowMs);
    } else {
      file.expected = m.deleteBlock ? 0 : m.storages.length;
      file.recoveryStamp = 0;
      file.cutTo = -1;
    }
    return 'true';
  }

  /** The file has no name any more. */
  removed(file: ModelNode): void {
    for (const { id } of file.blocks) this.byId.delete(id);
  }

  private beginRecovery(
    file: ModelNode,
    last: ModelBlock,
    m: Message<typeof Kind.RELEASE_LEASE>,
    nowMs: number,
  ): string {
    const expected = file.expected > 0 ? file.expected : m.reported.length;
    if (expected === 0 && last.lengthBytes === 0) {
      this.removeLast(file);
      close(file, nowMs);
      return 'true';
    }
    file.holder = m.newHolder ?? file.holder;
    if (m.startRecovery === false) return 'false';
    file.expected = expected;
    file.recoveryStamp = this.nextStamp++;
    last.state = 'recovering';
    return 'false';
  }

  private removeLast(file: ModelNode): void {
    const block = file.blocks.pop();
    if (block !== undefined) this.byId.delete(block.id);
  }

  private commit(block: ModelBlock, lengthBytes: number, complete: boolean): void {
    block.lengthBytes = lengthBytes;
    block.state = complete ? 'complete' : 'committed';
    if (complete) this.completed(block);
  }
}

function close(file: ModelNode, nowMs: number): void {
  file.holder = undefined;
  file.cutTo = -1;
  file.mtimeMs = nowMs;
}

function ends({ blocks }: ModelNode): { last: ModelBlock | undefined; before: ModelBlock | undefined } {
  return { last: blocks.at(-1), before: blocks.at(-2) };
}

/** The block that `client` is writing, if it is that one. */
function written(file: ModelNode | undefined, block: LoggedBlock, client: string): ModelBlock | undefined {
  const last = file?.blocks.at(-1);
  const fits = last !== undefined && last.id === block.blockId && last.state === 'open' && file?.holder === client;
  return fits ? last : undefined;
}

function same(given: LoggedBlock | undefined, block: ModelBlock | undefined): boolean {
  if (given === undefined || block === undefined) return given === undefined && block === undefined;
  return given.blockId === block.id && given.stamp === block.stamp;
}

function isMinimal(facts: readonly LoggedBlock[], block: ModelBlock, length = block.lengthBytes): boolean {
  return facts.some(
    (fact) => fact.blockId === block.id && fact.stamp === block.stamp && (fact.lengthBytes ?? 0) === length,
  );
}
