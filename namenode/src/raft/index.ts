export type { ChangeRefusal, MembershipChange } from './changes.js';
export { RaftCore } from './core.js';
export type { RaftOptions } from './member.js';
export { decodeMembership, encodeMembership, soleMember } from './membership.js';
export type { Message } from './messages.js';
export type { PeerProgress, Ready } from './ready.js';
export {
  EntryKind,
  type HardState,
  type IndexRange,
  type LogEntry,
  type Membership,
  type MembershipAt,
  NOBODY,
  type PeerId,
  type ReadState,
  type Role,
  type SavedLog,
  type SnapshotMark,
} from './types.js';
