export { CommandKind } from '../generated/command.js';
export { CommandEncoder, type CommandMessage, type DecodedCommand, decodeCommand } from './commands.js';
export { safeModeText } from './context.js';
export type { NamespaceEvents, StorageRef } from './events.js';
export type { FileStatus } from './file-status.js';
export { stateHash } from './hash.js';
export { Directory, type Inode, InodeFlag, InodeKind, pathOf } from './inode.js';
export type { Leases } from './leases.js';
export type { Limits } from './limits.js';
export type { AllocatedBlock } from './ops/add-block.js';
export type { AppendedFile } from './ops/append.js';
export type { StampedBlock } from './ops/pipeline.js';
export { checkPathLength, isValidName } from './path.js';
export { Access, Caller, checkSuperuser, NOBODY } from './permissions.js';
export {
  BlockScan,
  type FileBlocks,
  getBlocksOfInode,
  getFileBlocks,
  type MappedBlock,
  openFileRow,
  type PlacedBlock,
} from './reads/blocks.js';
export { type ContentSummary, getContentSummary } from './reads/content-summary.js';
export { getFileInfo, getReadable } from './reads/file-info.js';
export {
  getAccess,
  getLinkTarget,
  getOpenFile,
  getPreferredBlockSize,
  isFileClosed,
  listOpenFiles,
  type OpenFile,
  scanBeforeRemoval,
} from './reads/files.js';
export { getListing, type Listing, listEntries, openListing } from './reads/listing.js';
export { type FileForWriting, getBlockBefore, getFileForWriting } from './reads/writing.js';
export { BlockState, type IdentityRow } from './records.js';
export {
  appliedIn,
  COMMAND_ENTRY,
  type CommittedEntry,
  IDENTITY_ENTRY,
  PreparedState,
  StateMachine,
  type StateMachineOptions,
} from './state-machine.js';
export { storagePolicyOf } from './storage-policy.js';
export { SubtreeAccessScan } from './subtree.js';
export type { Tree } from './tree.js';
