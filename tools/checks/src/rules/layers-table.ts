/**
 * Who may import whom, as `docs/architecture.md` draws it. A package that is not listed for another is forbidden to it.
 * `node` files compose their daemon, so they may also import the doors.
 */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@rfs/base': [],
  '@rfs/protocol': ['@rfs/base'],
  '@rfs/client': ['@rfs/base', '@rfs/protocol'],
  '@rfs/namenode': ['@rfs/base', '@rfs/protocol', '@rfs/client'],
  '@rfs/datanode': ['@rfs/base', '@rfs/protocol', '@rfs/client'],
  '@rfs/webhdfs': ['@rfs/base', '@rfs/protocol', '@rfs/client'],
  '@rfs/cli': ['@rfs/base', '@rfs/protocol', '@rfs/client', '@rfs/namenode', '@rfs/datanode', '@rfs/webhdfs'],
  '@rfs/testing': ['@rfs/base', '@rfs/protocol', '@rfs/client', '@rfs/namenode', '@rfs/datanode', '@rfs/webhdfs'],
  '@rfs/bench': ['@rfs/base', '@rfs/protocol', '@rfs/client', '@rfs/namenode', '@rfs/datanode', '@rfs/testing'],
  '@rfs/checks': [],
  '@rfs/protogen': [],
};

/** What a composition root (`src/node` or `src/node.ts` of a daemon) may import besides. */
export const COMPOSITION_EXTRA: readonly string[] = ['@rfs/webhdfs'];

/** What a test may import besides what its package may. */
export const TEST_EXTRA: readonly string[] = ['@rfs/testing'];

/** The folders that know no clock, chance, disk, network, promise or timer. */
export const PURE_FOLDERS: readonly string[] = ['namenode/src/raft', 'namenode/src/namespace', 'namenode/src/blocks'];

/** All that a pure folder may import from other packages. */
export const PURE_MAY_IMPORT: readonly string[] = [
  '@rfs/base/assert',
  '@rfs/base/bytes',
  '@rfs/base/checksum',
  '@rfs/base/collections',
  '@rfs/base/failure',
  '@rfs/base/ids',
  '@rfs/base/store',
  '@rfs/protocol/exceptions',
  '@rfs/protocol/messages',
  '@rfs/protocol/types',
];

/** Folders of one package: which of their neighbours each may import. A folder that is not listed may import all. */
export const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  'namenode/src/raft': ['generated', 'messages'],
  'namenode/src/namespace': ['generated', 'messages'],
  'namenode/src/blocks': ['generated', 'messages', 'namespace'],
  'namenode/src/store': [],
  'namenode/src/journal': ['generated', 'messages', 'raft'],
  'namenode/src/replication': ['generated', 'messages', 'raft', 'journal'],
};

/** Libraries that only one place wraps: everyone else goes through it. */
export const LIBRARIES: Readonly<Record<string, { readonly homes: readonly string[]; readonly instead: string }>> = {
  lmdb: { homes: ['namenode/src/store'], instead: 'use the store contract of @rfs/base/store' },
  fastify: {
    homes: ['namenode/src/fronts', 'datanode/src/fronts', 'webhdfs-api/src'],
    instead: 'add a route to the door that has the server',
  },
  pino: { homes: ['common/base/src/log'], instead: 'take a Logger of @rfs/base/log' },
  'prom-client': { homes: ['common/base/src/metrics'], instead: 'use @rfs/base/metrics' },
  'fast-xml-parser': { homes: ['common/base/src/config'], instead: 'use @rfs/base/config' },
  '@node-rs/crc32': { homes: ['common/base/src/checksum'], instead: 'use @rfs/base/checksum' },
  '@napi-rs/blake-hash': { homes: ['common/base/src/checksum'], instead: 'use @rfs/base/checksum' },
  yargs: { homes: ['tools/cli/src'], instead: 'add a subcommand to tools/cli' },
  protobufjs: { homes: ['tools/protogen/src'], instead: 'use the generated codecs of @rfs/protocol/messages' },
};
