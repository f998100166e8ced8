export type { FileChecksum } from '../checksums/index.js';
export type { DfsInputStream, LocalReplicas } from '../reading/index.js';
export type { DfsOutputStream } from '../writing/index.js';
export { DfsClient, type DfsClientOptions, type OpenOptions, type RenameOptions } from './client.js';
export type { FileStatus } from './status.js';
export type { ContentSummary, FsStats, QuotaUsage, ServerDefaults, StorageKind, TypeUsage } from './summaries.js';
export type { CreateFileOptions } from './writers.js';
