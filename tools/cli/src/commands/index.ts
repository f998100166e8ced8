import type { Command } from '../terminal/index.js';

/** A subcommand as the overview shows it, and how to get its code. */
export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every subcommand of rfs, in the order of the overview. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  up: {
    summary: 'run a whole cluster on this machine',
    load: async () => (await import('./up.js')).up,
  },
  namenode: {
    summary: 'run a namenode in the foreground',
    load: async () => (await import('./namenode.js')).namenode,
  },
  journalnode: {
    summary: 'run a journal node in the foreground: it votes, and keeps no namespace',
    load: async () => (await import('./namenode.js')).journalnode,
  },
  datanode: {
    summary: 'run a datanode in the foreground',
    load: async () => (await import('./datanode.js')).datanode,
  },
  fs: {
    summary: "HDFS's shell: ls, put, get, cat, mkdir, rm, mv, ...",
    load: async () => (await import('./fs/index.js')).fs,
  },
  dfsadmin: {
    summary: "the operator's commands: -report, -safemode",
    load: async () => (await import('./dfsadmin/index.js')).dfsadmin,
  },
  balancer: {
    summary: 'move replicas from full datanodes to those with room',
    load: async () => (await import('./balancer/index.js')).balancer,
  },
  haadmin: {
    summary: 'the group of namenodes: states, fail-over, status, members',
    load: async () => (await import('./haadmin/index.js')).haadmin,
  },
  fsck: {
    summary: 'check the files under a path and name those that lost blocks',
    load: async () => (await import('./fsck/index.js')).fsck,
  },
  version: {
    summary: 'print the version of rfs and of the HDFS it speaks',
    load: async () => (await import('./version.js')).version,
  },
};
