/** One kind of call to the world, and what takes its place. */
export interface Banned {
  readonly kind: Kind;
  readonly pattern: RegExp;
  readonly instead: string;
}

export type Kind =
  | 'clock'
  | 'timer'
  | 'chance'
  | 'fs'
  | 'net'
  | 'process'
  | 'exit'
  | 'concat'
  | 'console'
  | 'environment'
  | 'promise';

/** Calls, looked for in code without comments and strings. */
export const BANNED_CALLS: readonly Banned[] = [
  {
    kind: 'clock',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.\w+|\bprocess\.hrtime\b/g,
    instead: 'take a Clock (@rfs/base/seams) in the constructor',
  },
  {
    kind: 'timer',
    pattern: /(?<![.\w])(?:setTimeout|setInterval|setImmediate)\s*\(/g,
    instead: 'take a Clock (@rfs/base/seams) in the constructor and use setTimer',
  },
  {
    kind: 'chance',
    pattern: /\bMath\.random\b|\bcrypto\.(?:random|getRandom)\w*|(?<![.\w])random(?:Bytes|UUID|Int|FillSync)\s*\(/g,
    instead: 'take a Random (@rfs/base/seams) in the constructor',
  },
  {
    kind: 'exit',
    pattern: /\bprocess\.(?:exit|abort|kill)\b/g,
    instead: 'set process.exitCode in the command, or report the failure to whoever composed you',
  },
  {
    kind: 'concat',
    pattern: /\bBuffer\.concat\b/g,
    instead: 'keep a list of pieces or write into one reused buffer (ByteWriter of @rfs/base/bytes)',
  },
  { kind: 'console', pattern: /\bconsole\.\w+/g, instead: 'take a Logger of @rfs/base/log' },
  {
    kind: 'environment',
    pattern: /\bprocess\.(?:env|argv|cwd|chdir)\b/g,
    instead: 'declare an option in the configuration table and pass its value in',
  },
];

/** Node modules whose import is the call. */
export const BANNED_MODULES: Readonly<Record<string, { readonly kind: Kind; readonly instead: string }>> = {
  'node:fs': { kind: 'fs', instead: 'take a Disk (@rfs/base/seams) or a store' },
  'node:fs/promises': { kind: 'fs', instead: 'take a Disk (@rfs/base/seams) or a store' },
  'node:net': { kind: 'net', instead: 'use the RPC or the transfer layer of @rfs/protocol' },
  'node:tls': { kind: 'net', instead: 'use the RPC or the transfer layer of @rfs/protocol' },
  'node:dgram': { kind: 'net', instead: 'use the RPC or the transfer layer of @rfs/protocol' },
  'node:dns': { kind: 'net', instead: 'resolve names in the file that opens the connection' },
  'node:dns/promises': { kind: 'net', instead: 'resolve names in the file that opens the connection' },
  'node:http': { kind: 'net', instead: 'add a route to a door' },
  'node:https': { kind: 'net', instead: 'add a route to a door' },
  'node:child_process': { kind: 'process', instead: 'take what the program would have told as an argument' },
  'node:worker_threads': { kind: 'process', instead: 'hand the work to the part that owns the thread' },
  'node:crypto': { kind: 'chance', instead: 'take a Random, or use @rfs/base/checksum for digests' },
  'node:timers': { kind: 'timer', instead: 'take a Clock (@rfs/base/seams)' },
  'node:timers/promises': { kind: 'timer', instead: 'take a Clock (@rfs/base/seams)' },
  'node:perf_hooks': { kind: 'clock', instead: 'take a Clock (@rfs/base/seams), or a measure of @rfs/base/metrics' },
};

/** In the pure folders nothing may be waited for. */
export const BANNED_IN_PURE: Banned = {
  kind: 'promise',
  pattern: /\basync\b|\bawait\b|\bPromise\b|\bqueueMicrotask\b|\bprocess\.nextTick\b/g,
  instead: 'return what to do as a value; the driver does it and calls again',
};

/**
 * The seams: edge files that may make such calls, because making them is what they are for. A path ending in `/` is a
 * folder.
 */
export const SEAMS: readonly { readonly path: string; readonly kinds: readonly Kind[]; readonly reason: string }[] = [
  { path: 'common/base/src/system/', kinds: ['clock', 'timer', 'chance'], reason: 'the real Clock and Random' },
  { path: 'common/base/src/disk/', kinds: ['fs'], reason: 'the real Disk' },
  { path: 'common/base/src/config/', kinds: ['fs'], reason: 'reads configuration files' },
  { path: 'common/base/src/log/', kinds: ['fs'], reason: 'opens the log file' },
  { path: 'common/base/src/metrics/', kinds: ['clock'], reason: 'measures the delay of the event loop' },
  { path: 'common/protocol/src/rpc/wire.ts', kinds: ['net', 'timer'], reason: 'the TCP under Hadoop RPC' },
  { path: 'common/client/src/network/data-socket.ts', kinds: ['net'], reason: 'the TCP to datanodes' },
  { path: 'common/client/src/checksums/md5.ts', kinds: ['chance'], reason: 'MD5, of which file checksums are made' },
  { path: 'datanode/src/store/node-files.ts', kinds: ['fs', 'timer'], reason: 'the files of the volumes' },
  { path: 'datanode/src/transfer/node-sockets.ts', kinds: ['net'], reason: 'the TCP of the data port' },
  { path: 'webhdfs-api/src/http/long-body.ts', kinds: ['net'], reason: 'the TCP of long uploads' },
  { path: 'tools/cli/src/commands/fs/files/local/', kinds: ['fs'], reason: 'the files of this machine' },
  {
    path: 'namenode/src/service/topology.ts',
    kinds: ['fs', 'process'],
    reason: 'reads the rack table, runs the script',
  },
  { path: 'namenode/src/store/lmdb.ts', kinds: ['fs'], reason: 'makes the folders of copies of the real store' },
  { path: 'namenode/src/store/lmdb-database.ts', kinds: ['fs'], reason: 'makes the folder of the real store' },
  {
    path: 'namenode/src/store/row-hash.ts',
    kinds: ['chance'],
    reason: 'what nobody may foresee and nothing depends on',
  },
  {
    path: 'namenode/src/service/host-files.ts',
    kinds: ['fs', 'net'],
    reason: "reads the operator's lists of hosts and resolves their names",
  },
  {
    path: 'common/protocol/src/users/impersonation.ts',
    kinds: ['net'],
    reason: 'resolves the names of machines that users may act for others from',
  },
  {
    path: 'common/protocol/src/users/os-groups.ts',
    kinds: ['process'],
    reason: 'asks the system for the groups of users',
  },
  { path: 'tools/cli/src/main.ts', kinds: ['environment'], reason: 'where the words of the command line come in' },
  {
    path: 'tools/cli/src/commands/up.ts',
    kinds: ['fs', 'process'],
    reason: 'makes the scratch folder, runs the command on the cluster',
  },
  { path: 'tools/cli/src/commands/version.ts', kinds: ['fs'], reason: 'reads its own package' },
  {
    path: 'tools/cli/src/commands/balancer/host-words.ts',
    kinds: ['fs'],
    reason: 'reads the lists of datanodes that the user names',
  },
  { path: 'tools/cli/src/commands/dfsadmin/host-names.ts', kinds: ['net'], reason: 'finds names of addresses' },
  {
    path: 'tools/cli/src/cluster/',
    kinds: ['fs', 'net', 'process'],
    reason: 'the daemons of rfs up as child processes',
  },
  { path: 'tools/cli/src/daemon/', kinds: ['exit', 'timer'], reason: 'what daemons get from outside, and their end' },
  {
    path: 'tools/testing/src/cluster/',
    kinds: ['clock', 'timer', 'fs', 'process', 'exit', 'environment'],
    reason: 'tests with real processes',
  },
  {
    path: 'webhdfs-api/src/http/mended-socket.ts',
    kinds: ['timer'],
    reason: "a socket's own method, which it passes on",
  },
  {
    path: 'tools/testing/src/images/',
    kinds: ['timer', 'fs', 'process', 'exit', 'environment'],
    reason: 'records processes, and starts them on what power loss leaves',
  },
  { path: 'tools/testing/src/fuzz/talk.ts', kinds: ['net'], reason: 'says what no client of ours would' },
  { path: 'tools/testing/src/fuzz/main.ts', kinds: ['environment'], reason: 'a program of its own' },
  { path: 'tools/testing/src/main.ts', kinds: ['environment'], reason: 'a program of its own' },
  {
    path: 'bench/src/',
    kinds: ['clock', 'timer', 'chance', 'fs', 'net', 'process', 'exit', 'environment'],
    reason: 'measures the real world',
  },
  { path: 'tools/checks/src/', kinds: ['fs', 'process', 'environment'], reason: 'reads the sources, runs the tests' },
  { path: 'tools/protogen/src/', kinds: ['fs', 'environment'], reason: 'reads and writes sources' },
];

/** In tests only these kinds count: a test may touch files and sockets, but must say the same on every run. */
export const BANNED_IN_TESTS: readonly Kind[] = ['chance', 'exit', 'console'];

/** Waiting for a time instead of an event. */
export const SLEEP_IN_TEST: RegExp = /\bsetTimeout\([^,()]*(?:\(\)\s*=>[^,]*)?,\s*\d{2,}|\bsetTimeout\(\s*\d{2,}/g;
