import { dirname, join } from 'node:path';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import { appliedIn, PreparedState, type StateMachine } from '../namespace/index.js';
import type { NextTurn } from '../replication/index.js';
import { removedName, type StateEngine } from '../snapshots/index.js';
import { discardLmdbStore, type ExchangeableStore, LMDB_FILE, openLmdbStore } from '../store/index.js';

/** What has to follow when the namespace gets another state that no event tells of. */
export interface Adoption {
  /** Lays down all that was derived from the state before; `done` may come in a later turn. */
  begin: (done: () => void) => void;
}

/** The LMDB store under the namespace, as snapshots see it. */
export function lmdbEngine(
  store: ExchangeableStore,
  machine: StateMachine,
  adoption: Adoption,
  nextTurn: NextTurn,
  log: Pick<Logger, 'warn'>,
): StateEngine {
  let removed = 0;
  return {
    fileName: LMDB_FILE,
    copy: (folder, done) => store.hotCopy(folder, done),
    inspect: (folder, done) => {
      const copy = openLmdbStore(folder);
      const { index, term } = appliedIn(copy);
      copy.close((error) => done(error ?? { index: index as LogIndex, term: term as Term }));
    },
    adopt: (folder, done) => {
      const other = openLmdbStore(folder);
      const prepared = new PreparedState(other);
      const prepare = (): void => {
        if (!prepared.step()) {
          nextTurn(prepare);
          return;
        }
        store.exchange(other, (error) => {
          if (error === null) adoption.begin(() => done(null));
          else done(error);
        });
        // In the same turn: no read may see the rows of the one and what is in memory of the other.
        machine.reload(prepared);
      };
      prepare();
    },
    discard: (folder) => {
      const aside = join(dirname(folder), removedName(++removed));
      discardLmdbStore(folder, aside, (error) => {
        if (error !== null) log.warn('what is left of a state could not be removed', { folder: aside, error });
      });
    },
  };
}
