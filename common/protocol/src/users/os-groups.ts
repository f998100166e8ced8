import { execFile } from 'node:child_process';
import type { Logger } from '@rfs/base/log';

/** Asks for a user's groups, primary first; no groups for an unknown user. */
export type GroupLookup = (user: string, done: (groups: readonly string[]) => void) => void;

export interface OsGroupsOptions {
  readonly logger: Logger;
  /** A lookup that takes longer finds no groups: hadoop.security.groups.shell.command.timeout. */
  readonly timeoutMs?: number;
  /** The program, for tests. */
  readonly command?: string;
}

const MAX_OUTPUT_BYTES = 1 << 20;
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Groups as the operating system knows them, primary first: what `id -Gn user` prints (ShellBasedUnixGroupsMapping). The
 * program is run without a shell, and a name that could be read as an option is nobody's.
 */
export function osGroups(options: OsGroupsOptions): GroupLookup {
  const { logger, timeoutMs = DEFAULT_TIMEOUT_MS, command = 'id' } = options;
  return (user, done) => {
    if (user === '' || user.startsWith('-') || user.includes('\0')) {
      done([]);
      return;
    }
    const settings = { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, killSignal: 'SIGKILL' } as const;
    execFile(command, ['-Gn', '--', user], settings, (error, output) => {
      if (error !== null) {
        logger.debug('no groups found', { user, error });
        done([]);
      } else done(output.split(/\s+/).filter((group) => group !== ''));
    });
  };
}
