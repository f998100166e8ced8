export type {
  Answer,
  CreateOptions,
  DataOperation,
  DfsFiles,
  DoorDefaults,
  MetadataOperation,
  Nearness,
  Operation,
  Question,
  ReadableFile,
  WritableFile,
} from './operation.js';
export { DATA_STATUSES } from './operation.js';
export { findOperation, operations } from './table.js';
export { locationReply } from './values.js';
