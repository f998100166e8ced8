import { failure } from '@rfs/protocol/exceptions';
import type { ReplySink, ResponseOf } from '@rfs/protocol/service';
import { checkSuperuser, pathOf } from '../namespace/index.js';
import type { Handler, ServiceParts } from './handlers.js';
import type { SlicedWork } from './slices.js';

/** Places of the block map that one step looks at: well under a millisecond. */
const PLACES_AT_ONCE = 20_000;
/** Missing blocks of one step: each costs a look into the tree. */
const OWNERS_AT_ONCE = 100;

/**
 * One page of the files that have blocks without any good replica, once for each such block. The cookie is the place
 * in the block map where the next page begins, so a page costs no more than what it passes by.
 */
class CorruptFilePage implements SlicedWork {
  private readonly parts: ServiceParts;
  private readonly under: string;
  private readonly sink: ReplySink<ResponseOf<'listCorruptFileBlocks'>>;
  private readonly files: string[] = [];
  private place: number;

  constructor(parts: ServiceParts, under: string, place: number, sink: ReplySink<ResponseOf<'listCorruptFileBlocks'>>) {
    this.parts = parts;
    this.under = under;
    this.place = place;
    this.sink = sink;
  }

  step(): boolean {
    let owners = 0;
    const next = this.parts.blocks.scanMissing(this.place, PLACES_AT_ONCE, (owner) => {
      this.add(owner);
      owners++;
      return this.files.length < this.parts.config.corruptFilesLimit && owners < OWNERS_AT_ONCE;
    });
    this.place = next < 0 ? this.place + PLACES_AT_ONCE : next;
    if (next >= 0 && this.files.length < this.parts.config.corruptFilesLimit) return false;
    this.sink.reply({ corrupt: { files: this.files, cookie: String(this.place) } });
    return true;
  }

  private add(owner: number): void {
    const inode = this.parts.machine.tree.byId(owner);
    if (inode === undefined) return;
    const path = pathOf(inode);
    if (isUnder(path, this.under)) this.files.push(path);
  }
}

/** FSNamesystem.listCorruptFileBlocks */
export const listCorruptFileBlocks: Handler<'listCorruptFileBlocks'> = (parts, request, _context, caller, sink) => {
  const { blocks, proposer } = parts;
  const denied = checkSuperuser(caller);
  if (denied !== undefined) {
    sink.fail(denied);
    return;
  }
  if (!proposer.leading) {
    sink.fail(failure('ObserverRetryOnActiveException', 'Only the leader knows which blocks have no good replica.'));
    return;
  }
  if (!blocks.judgesRedundancy) {
    const text = 'Cannot run listCorruptFileBlocks because replication queues have not been initialized.';
    sink.fail(failure('IOException', text));
    return;
  }
  const place = placeOf(request.cookie);
  if (blocks.missingBlocks === 0) sink.reply({ corrupt: { files: [], cookie: request.cookie ?? String(place) } });
  else parts.slices.add(new CorruptFilePage(parts, request.path, place, sink));
};

/** FSNamesystem.getIntCookie: what is no number starts from the beginning. */
function placeOf(cookie: string | undefined): number {
  return cookie !== undefined && /^[0-9]{1,15}$/.test(cookie) ? Number(cookie) : 0;
}

/** DFSUtil.isParentEntry */
function isUnder(path: string, parent: string): boolean {
  return parent === '/' || path === parent || path.startsWith(`${parent}/`);
}
