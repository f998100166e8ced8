import { USERS, type User } from './harness.fixture.js';

/** A node of the dumb file system that predicts every answer. */
export interface Node {
  readonly kind: 'dir' | 'file';
  owner: string;
  group: string;
  mode: number;
  replication: number;
  /** null for files. */
  children: Map<string, Node> | null;
  open: boolean;
}

/** What a model answers instead of a refusal: the code alone. */
export type Answer = boolean | string | undefined | object;

/** The tree in memory, straight from what HDFS promises, without any of the real one's parts. */
export class ModelFs {
  readonly root: Node = directory('root', 'supergroup', 0o777);

  mkdirs(user: User, path: string, mode: number, createParent: boolean): Answer {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return walked;
    const { node, chain, names } = walked;
    if (node !== undefined) return node.kind === 'dir' ? true : 'FileAlreadyExistsException';
    const parent = chain.at(-1) as Node;
    if (!may(user, parent, 2)) return 'AccessControlException';
    if (!createParent && chain.length < names.length) return 'FileNotFoundException';
    this.makeMissing(user, chain, names, mode & 0o777, mode & 0o1777);
    return true;
  }

  create(user: User, path: string, overwrite: boolean, createParent: boolean): Answer {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return walked;
    const { node, chain, names } = walked;
    const parent = chain.at(-1);
    if (names.length > 0 && !may(user, parent as Node, 2)) return 'AccessControlException';
    if (node !== undefined) {
      if (node.kind === 'dir') return 'FileAlreadyExistsException';
      if (!overwrite) return node.open ? 'AlreadyBeingCreatedException' : 'FileAlreadyExistsException';
      if (!may(user, node, 2)) return 'AccessControlException';
    } else if (!createParent && chain.length < names.length) return 'FileNotFoundException';
    const last = names.at(-1) as string;
    const at = this.makeAncestors(user, chain, names, (parent as Node).mode & 0o777);
    at.children?.set(last, {
      kind: 'file',
      owner: user,
      group: at.group,
      mode: 0o640,
      replication: 2,
      children: null,
      open: true,
    });
    return {};
  }

  complete(user: User, path: string): Answer {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return notCreating(walked);
    const { node } = walked;
    if (node === undefined) return 'FileNotFoundException';
    if (node.kind === 'dir') return 'LeaseExpiredException';
    node.open = false;
    return true;
  }

  remove(user: User, path: string, recursive: boolean): Answer {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return notCreating(walked);
    const { node, chain, names } = walked;
    const denied = this.removable(user, walked) ?? (node === undefined ? undefined : allBelow(user, node));
    if (denied !== undefined) return denied;
    if (node !== undefined && (node.children?.size ?? 0) > 0 && !recursive) return 'PathIsNotEmptyDirectoryException';
    if (node === undefined || names.length === 0) return false;
    chain.at(-1)?.children?.delete(names.at(-1) as string);
    return true;
  }

  rename(user: User, from: string, to: string): Answer {
    const source = this.walk(user, from);
    if (typeof source === 'string') return notCreating(source);
    let target = this.walk(user, to);
    if (typeof target === 'string') return target;
    let path = to;
    if (target.node?.kind === 'dir' && source.names.length > 0) {
      const name = source.names.at(-1) as string;
      path = `${to === '/' ? '' : to}/${name}`;
      const node = target.node.children?.get(name);
      target = { node, chain: [...target.chain, target.node], names: [...target.names, name] };
    }
    const denied = this.removable(user, source) ?? ancestorWritable(user, target);
    if (denied !== undefined) return denied;
    if (source.node === undefined || source.names.length === 0) return false;
    if (path === from) return true;
    if (path.startsWith(`${from}/`)) return false;
    if (target.node !== undefined || target.chain.length < target.names.length) return false;
    move(source, target);
    return true;
  }

  rename2(user: User, from: string, to: string, overwrite: boolean): Answer {
    const source = this.walk(user, from);
    if (typeof source === 'string') return notCreating(source);
    const target = this.walk(user, to);
    if (typeof target === 'string') return target;
    const denied = this.removable(user, source) ?? ancestorWritable(user, target);
    if (denied !== undefined) return denied;
    if (source.node === undefined) return 'FileNotFoundException';
    if (source.names.length === 0) return 'IOException';
    if (from === to) return 'FileAlreadyExistsException';
    if (to.startsWith(`${from}/`) || to === '/') return 'IOException';
    if (target.node !== undefined) {
      if (target.node.kind !== source.node.kind) return 'IOException';
      if (!overwrite) return 'FileAlreadyExistsException';
      if ((target.node.children?.size ?? 0) > 0) return 'IOException';
    } else if (target.chain.length < target.names.length) return 'FileNotFoundException';
    target.chain.at(-1)?.children?.delete(target.names.at(-1) as string);
    move(source, target);
    return true;
  }

  setPermission(user: User, path: string, mode: number): Answer {
    const node = this.own(user, path);
    if (typeof node === 'string') return node;
    node.mode = mode & 0o1777;
    return true;
  }

  setOwner(user: User, path: string, owner: string | undefined, group: string | undefined): Answer {
    const node = this.own(user, path);
    if (typeof node === 'string') return node;
    if (!USERS[user].superuser) {
      if (owner !== undefined && owner !== user) return 'AccessControlException';
      if (group !== undefined && !groupsOf(user).includes(group)) return 'AccessControlException';
    }
    if (owner !== undefined) node.owner = owner;
    if (group !== undefined) node.group = group;
    return true;
  }

  setReplication(user: User, path: string, replication: number): Answer {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return notCreating(walked);
    const { node } = walked;
    if (node !== undefined && !may(user, node, 2)) return 'AccessControlException';
    if (node?.kind !== 'file') return false;
    node.replication = replication;
    return true;
  }

  /** Code, undefined for nothing there, or the attributes. */
  info(user: User, path: string): Answer {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return USERS[user].superuser ? undefined : notCreating(walked);
    const { node } = walked;
    if (node === undefined) return undefined;
    const { kind, owner, group, mode, replication } = node;
    return { kind, owner, group, mode, replication, children: node.children?.size ?? 0 };
  }

  list(user: User, path: string): Answer {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return notCreating(walked);
    const { node } = walked;
    if (node === undefined) return undefined;
    if (node.children === null) return [''];
    if (!may(user, node, 5)) return 'AccessControlException';
    return [...node.children.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /** Files and directories, the top included. */
  count(node: Node = this.root): { files: number; directories: number } {
    if (node.children === null) return { files: 1, directories: 0 };
    const sum = { files: 0, directories: 1 };
    for (const child of node.children.values()) {
      const below = this.count(child);
      sum.files += below.files;
      sum.directories += below.directories;
    }
    return sum;
  }

  private own(user: User, path: string): Node | string {
    const walked = this.walk(user, path);
    if (typeof walked === 'string') return notCreating(walked);
    if (walked.node === undefined) return 'FileNotFoundException';
    return USERS[user].superuser || walked.node.owner === user ? walked.node : 'AccessControlException';
  }

  private removable(user: User, { node, chain, names }: Walked): string | undefined {
    if (names.length === 0 || chain.length < names.length || USERS[user].superuser) return undefined;
    const parent = chain.at(-1) as Node;
    if (node !== undefined && stickyAgainst(user, parent, node)) return 'AccessControlException';
    return may(user, parent, 2) ? undefined : 'AccessControlException';
  }

  private makeMissing(user: User, chain: Node[], names: string[], ancestorMode: number, mode: number): void {
    const at = this.makeAncestors(user, chain, names, ancestorMode);
    at.children?.set(names.at(-1) as string, directory(user, at.group, mode));
  }

  private makeAncestors(user: User, chain: Node[], names: string[], mode: number): Node {
    let at = chain.at(-1) as Node;
    for (const name of names.slice(chain.length - 1, -1)) {
      const made = directory(user, at.group, mode | 0o300);
      at.children?.set(name, made);
      at = made;
    }
    return at;
  }

  private walk(user: User, path: string): Walked | string {
    const names = path.split('/').filter((name) => name !== '');
    if (names.length === 0) return { node: this.root, chain: [], names };
    const chain: Node[] = [];
    let at: Node | undefined = this.root;
    for (const name of names) {
      if (at.kind === 'file') return 'ParentNotDirectoryException';
      if (!may(user, at, 1)) return 'AccessControlException';
      chain.push(at);
      const next: Node | undefined = at.children?.get(name);
      if (next === undefined) return { node: undefined, chain, names };
      at = next;
    }
    return { node: at, chain, names };
  }
}

interface Walked {
  readonly node: Node | undefined;
  /** Existing ancestors from the root. */
  readonly chain: Node[];
  readonly names: string[];
}

function directory(owner: string, group: string, mode: number): Node {
  return { kind: 'dir', owner, group, mode, replication: 0, children: new Map(), open: false };
}

function may(user: User, node: Node, access: number): boolean {
  if (USERS[user].superuser) return true;
  let bits = node.mode & 7;
  if (node.owner === user) bits = (node.mode >> 6) & 7;
  else if (groupsOf(user).includes(node.group)) bits = (node.mode >> 3) & 7;
  return (bits & access) === access;
}

function groupsOf(user: User): readonly string[] {
  return USERS[user].groups;
}

function stickyAgainst(user: User, parent: Node, node: Node): boolean {
  return (parent.mode & 0o1000) !== 0 && parent.owner !== user && node.owner !== user;
}

function allBelow(user: User, node: Node): string | undefined {
  if (USERS[user].superuser || node.children === null || node.children.size === 0) return undefined;
  if (!may(user, node, 7)) return 'AccessControlException';
  for (const child of node.children.values()) {
    if (stickyAgainst(user, node, child)) return 'AccessControlException';
    const below = allBelow(user, child);
    if (below !== undefined) return below;
  }
  return undefined;
}

function ancestorWritable(user: User, { chain, names }: Walked): string | undefined {
  if (names.length === 0) return undefined;
  return may(user, chain.at(-1) as Node, 2) ? undefined : 'AccessControlException';
}

function move(source: Walked, target: Walked): void {
  source.chain.at(-1)?.children?.delete(source.names.at(-1) as string);
  target.chain.at(-1)?.children?.set(target.names.at(-1) as string, source.node as Node);
}

function notCreating(code: string): string {
  return code === 'ParentNotDirectoryException' ? 'AccessControlException' : code;
}
