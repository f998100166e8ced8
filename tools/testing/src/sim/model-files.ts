/** A block of a file, as the model thinks of it. */
export interface ModelBlock {
  readonly id: number;
  stamp: number;
  lengthBytes: number;
  state: 'open' | 'recovering' | 'committed' | 'complete';
  readonly file: ModelNode;
}

/** What the model thinks of one name. */
export interface ModelNode {
  readonly id: number;
  mode: number;
  /** Of a file; directories' times are not modelled. */
  mtimeMs: number;
  /** Who writes the file; undefined for a closed one and for directories. */
  holder: string | undefined;
  replication: number;
  readonly blocks: ModelBlock[];
  /** Of an open file: on so many storages the last block is expected, and under this stamp it is being recovered. */
  expected: number;
  recoveryStamp: number;
  /** So long its last block becomes when it is being truncated; -1 otherwise. */
  cutTo: number;
  readonly children: Map<string, ModelNode> | undefined;
}

export function newDirectory(id: number, mode: number): ModelNode {
  return newNode(id, mode, new Map());
}

export function newFile(id: number, mode: number, mtimeMs: number, holder: string, replication: number): ModelNode {
  return { ...newNode(id, mode, undefined), mtimeMs, holder, replication };
}

function newNode(id: number, mode: number, children: Map<string, ModelNode> | undefined): ModelNode {
  return {
    id,
    mode,
    mtimeMs: 0,
    holder: undefined,
    replication: 0,
    blocks: [],
    expected: 0,
    recoveryStamp: 0,
    cutTo: -1,
    children,
  };
}

/** What a read of a path sees. */
export interface NodeStatus {
  readonly isDirectory: boolean;
  readonly id: number;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly lengthBytes: number;
  readonly replication: number;
}

export function statusOf(node: ModelNode): NodeStatus {
  const { id, mode, mtimeMs, replication } = node;
  return { isDirectory: node.children !== undefined, id, mode, mtimeMs, lengthBytes: lengthOf(node), replication };
}

/** True when a read that saw `status` sees the same of `node`. */
export function isStatusOf(status: NodeStatus, node: ModelNode): boolean {
  const { id, mode, mtimeMs, replication } = node;
  const isSame = status.id === id && status.mode === mode && status.mtimeMs === mtimeMs;
  return isSame && status.replication === replication && status.lengthBytes === lengthOf(node);
}

export function lengthOf({ blocks }: ModelNode): number {
  let sum = 0;
  for (const { lengthBytes } of blocks) sum += lengthBytes;
  return sum;
}

/** How reads are compared, the model's and the namenode's; undefined is nothing at all. */
export function statusText(status: NodeStatus | undefined): string {
  if (status === undefined) return 'absent';
  const { id, mode } = status;
  if (status.isDirectory) return `directory ${id} ${mode}`;
  const { mtimeMs, lengthBytes, replication } = status;
  return `file ${id} ${mode} ${mtimeMs} ${lengthBytes}*${replication}`;
}

export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
