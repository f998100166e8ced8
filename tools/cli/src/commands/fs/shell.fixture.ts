import { Writable } from 'node:stream';
import { systemClock, systemRandom } from '@rfs/base/system';
import { runShell, type ShellHost } from './run.js';

/** Keeps what is written. */
class Kept extends Writable {
  readonly pieces: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(Buffer.from(chunk));
    done();
  }

  get bytes(): Buffer {
    const all = Buffer.alloc(this.pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.pieces) at += piece.copy(all, at);
    return all;
  }
}

/** Makes root, as which commands run here, a superuser of a cluster whoever runs it. */
export const ROOT_MAY_ALL = ['-D', 'hadoop.user.group.static.mapping.overrides=root=supergroup'];

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly bytes: Buffer;
}

/** Runs one command of the shell in this process. */
export async function shell(
  words: readonly string[],
  workingFolder: string,
  input: readonly Uint8Array[] = [],
  more: Partial<ShellHost> = {},
): Promise<Outcome> {
  const [stdout, stderr] = [new Kept(), new Kept()];
  const code = await runShell(words, {
    environment: { HADOOP_USER_NAME: 'root' },
    workingFolder,
    stdin: (async function* () {
      yield* input;
    })(),
    stdout,
    stderr,
    clock: systemClock,
    random: systemRandom(),
    interrupted: new Promise(() => undefined),
    ...more,
  });
  return { code, out: stdout.bytes.toString('utf8'), err: stderr.bytes.toString('utf8'), bytes: stdout.bytes };
}
