import { basename, join } from 'node:path';
import { hasCode } from '@rfs/base/disk';
import type { Disk } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import { checkSuperuser } from '../../namespace/index.js';
import type { Handler } from '../handlers.js';
import { MetaDump } from './dump.js';

const utf8 = new TextEncoder();

/** The folder that what operators ask to be saved goes to: that of the log. */
export class MetaFiles {
  private readonly disk: Disk;
  private readonly folder: string;

  constructor(disk: Disk, folder: string) {
    this.disk = disk;
    this.folder = folder;
  }

  /** Writes a file anew. `done` gets the error, or null. */
  write(name: string, text: string, done: (error: Error | null) => void): void {
    const path = join(this.folder, name);
    // To cut what is there instead would hold the event loop until that is durable.
    this.disk.remove(path, (error) => {
      if (error === null || hasCode(error, 'ENOENT')) this.make(path, text, done);
      else done(error);
    });
  }

  private make(path: string, text: string, done: (error: Error | null) => void): void {
    try {
      this.disk.makeFolder(this.folder);
      const file = this.disk.open(path);
      file.write([utf8.encode(text)], 0, (error) => {
        file.close();
        done(error);
      });
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function isFileName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !text.includes('\0') && basename(text) === text;
}

/** `dfsadmin -metasave`: what waits in the block manager, in a file beside the log (FSNamesystem.metaSave). */
export const metaSave: Handler<'metaSave'> = (parts, { filename }, _context, caller, sink) => {
  const { machine, blocks, clock, slices, metaFiles } = parts;
  const denied = checkSuperuser(caller);
  if (denied !== undefined) {
    sink.fail(denied);
    return;
  }
  // HDFS would follow a path out of the folder.
  if (!isFileName(filename)) {
    sink.fail(failure('IOException', `'${filename}' is not the name of a file in the folder of the log`));
    return;
  }
  const wallMinusMonotonicMs = clock.nowMs() - clock.monotonicMs();
  const dump = new MetaDump({ machine, blocks, wallMinusMonotonicMs }, (text) => {
    metaFiles.write(filename, text, (error) => {
      if (error === null) sink.reply({});
      else sink.fail(failure('IOException', `${filename} cannot be written: ${error.message}`));
    });
  });
  slices.add(dump);
};
