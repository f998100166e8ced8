export type {
  Answer,
  DataOperation,
  DfsFiles,
  DoorDefaults,
  MetadataOperation,
  Nearness,
  Operation,
  Question,
} from './operation.js';
export { findOperation, operations } from './table.js';
export { locationReply } from './values.js';
