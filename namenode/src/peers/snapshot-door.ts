import { type Failure, isFailure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import type { ProtocolTable } from '@rfs/protocol/rpc';
import { encodeMembership } from '../raft/index.js';
import type { Replicator } from '../replication/index.js';
import type { SnapshotSource } from '../snapshots/index.js';
import { snapshotProtocol } from './protocol.js';

export interface SnapshotDoor {
  readonly replicator: Replicator;
  /** Absent for a journal node, which has no state. */
  readonly source: SnapshotSource | undefined;
  /** Members run as one user; nobody else may read a whole namespace. */
  readonly user: string;
}

/** Whole states, and where the journal begins, for members that the log no longer reaches. */
export function addSnapshotProtocol(table: ProtocolTable, { replicator, source, user }: SnapshotDoor): void {
  table.add(snapshotProtocol, {
    offer: (call, { index }) => {
      const refusal = refusalOf(call.user);
      if (refusal !== undefined || source === undefined) {
        call.fail(refusal ?? failure('UnsupportedOperationException', 'A journal node has no state'));
        return;
      }
      source.offer(index as LogIndex, (result) => {
        if (isFailure(result)) {
          call.fail(result);
          return;
        }
        const { id, mark, lengthBytes, digest } = result;
        const membership = encodeMembership(mark.membership);
        call.reply({ id, index: mark.index, term: mark.term, membership, lengthBytes, digest });
      });
    },
    read: (call, { id, offset }) => {
      const refusal = refusalOf(call.user);
      const result =
        refusal ?? source?.read(id, offset) ?? failure('FileNotFoundException', 'There are no copies here');
      if (isFailure(result)) call.fail(result);
      else call.reply(result);
    },
    journalStart: (call) => {
      const start = replicator.retention.journalStart;
      const refusal = refusalOf(call.user);
      if (refusal !== undefined || start === undefined) {
        call.fail(refusal ?? failure('RetriableException', 'This node is in no group yet'));
        return;
      }
      const { index, term, membership } = start;
      call.reply({ index, term, membership: encodeMembership(membership) });
    },
  });

  function refusalOf(caller: string): Failure | undefined {
    if (caller === user) return undefined;
    return failure('AccessControlException', `${caller} may not read the whole namespace`);
  }
}
