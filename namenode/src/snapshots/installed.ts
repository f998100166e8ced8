import { ByteReader, ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { crc32c } from '@rfs/base/checksum';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Disk } from '@rfs/base/seams';
import { decodeMembership, encodeMembership, type SnapshotMark } from '../raft/index.js';

/** The state that came from another member last: a start goes on with it. */
export interface InstalledState {
  readonly mark: SnapshotMark;
  /** Its folder's name, in the node's own folder. */
  readonly name: string;
}

type Done = (error: Error | null) => void;

const MAGIC = 0x52465349; // "RFSI"
const VERSION = 1;
const FILE = 'installed-state';
const MADE = 'installed-state.new';
/** Folders of states that came from others. */
const PREFIX = 'state-';
const REMOVED = `${PREFIX}removed-`;

/** The folder of a state that is the node's own, in the node's folder. */
const OWN = 'store';

/** The folder of the state that a start goes on with, in the node's own. */
export function stateFolder(installed: InstalledState | undefined): string {
  return installed?.name ?? OWN;
}

/** The folder's name for a state of `index` that another member calls `id`. */
export function stateName(index: LogIndex, id: number): string {
  return `${PREFIX}${index}-${id}`;
}

/** A name for what is being removed, the n-th of this process: after a crash it is a stale state like others. */
export function removedName(n: number): string {
  return `${REMOVED}${n}`;
}

/** What a start goes on with; undefined for a node whose state is all its own. Throws for a file that is broken. */
export function readInstalled(disk: Disk, folder: string): InstalledState | undefined {
  const path = `${folder}/${FILE}`;
  if (!disk.exists(path)) return undefined;
  const file = disk.open(path);
  const bytes = Buffer.alloc(file.size());
  file.readSync(bytes, 0);
  file.close();
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw new Error(`${path} is damaged: ${error.message}`);
  }
}

/** From `done(null)` on, and after power loss before that perhaps, a start goes on with `installed`. */
export function writeInstalled(disk: Disk, folder: string, installed: InstalledState, done: Done): void {
  attempt(done, () => {
    const file = disk.open(`${folder}/${MADE}`);
    const fail = (error: Error): void => {
      file.close();
      done(error);
    };
    // Only a crash leaves something there; to cut it holds the event loop.
    if (file.size() > 0) file.truncateSync(0);
    file.write([encode(installed)], 0, (error) => {
      if (error !== null) {
        fail(error);
        return;
      }
      file.sync((failed) => {
        if (failed !== null) {
          fail(failed);
          return;
        }
        file.close();
        attempt(done, () => {
          disk.rename(`${folder}/${MADE}`, `${folder}/${FILE}`);
          disk.syncFolder(folder, done);
        });
      });
    });
  });
}

/** A start begins with nothing of others. */
export function forgetInstalled(disk: Disk, folder: string): void {
  disk.removeSync(`${folder}/${FILE}`);
  disk.syncFolderSync(folder);
}

/** Folders of states that nothing goes on with: transfers that were cut short, and what newer states replaced. */
export function staleStates(disk: Disk, folder: string, installed: InstalledState | undefined): string[] {
  return disk
    .list(folder)
    .filter((name) => (name.startsWith(PREFIX) || name === OWN) && name !== stateFolder(installed))
    .map((name) => `${folder}/${name}`);
}

function attempt(done: Done, action: () => void): void {
  try {
    action();
  } catch (error) {
    done(error as Error);
  }
}

function encode({ mark, name }: InstalledState): Uint8Array {
  const writer = new ByteWriter(256);
  const membership = encodeMembership(mark.membership);
  writer.uint32(MAGIC);
  writer.uint32(VERSION);
  writer.int64(mark.index);
  writer.int64(mark.term);
  writer.uint32(membership.length);
  writer.bytes(membership);
  writer.string(name);
  writer.uint32(crc32c(writer.written()));
  return writer.copy();
}

function decode(bytes: Uint8Array): InstalledState {
  const reader = new ByteReader(bytes);
  if (reader.uint32() !== MAGIC) throw new MalformedBytes('it does not begin as it should');
  const version = reader.uint32();
  if (version !== VERSION) throw new MalformedBytes(`version ${version}, known is ${VERSION}`);
  const index = reader.int64() as LogIndex;
  const term = reader.int64() as Term;
  const membership = decodeMembership(Uint8Array.from(reader.bytes(reader.uint32())));
  const name = reader.utf8(reader.varint32());
  const covered = reader.offset;
  if (reader.uint32() !== crc32c(bytes.subarray(0, covered))) throw new MalformedBytes('its checksum is wrong');
  return { mark: { index, term, membership }, name };
}
