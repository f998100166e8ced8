import { FailureError } from '@rfs/base/failure';
import { type OpenFilesBatchResponseProto, OpenFilesTypeProto } from '@rfs/protocol/messages';
import { absolute, parseName } from '../fs/model/name.js';
import type { Admin } from './connection.js';
import type { Subcommand } from './subcommand.js';
import { popFlag, popValue } from './words.js';

const COLUMN = 20;
type OpenFile = Omit<OpenFilesBatchResponseProto, 'id'>;

/** The first line of HDFS's table (`DFSAdmin.printOpenFiles`). */
export const OPEN_FILES_HEADER = row('Client Host', 'Client Name', 'Open File Path');

export const listOpenFiles: Subcommand = {
  usage: '-listOpenFiles [-blockingDecommission] [-path <path>]',
  help: 'Lists the files that are being written, and by whom; -path: those whose path begins so.',
  words: [0, 3],
  async run(given, admin, terminal, json) {
    const words = [...given];
    const blocking = popFlag(words, '-blockingDecommission');
    const under = popValue(words, '-path')?.trim() || '/';
    const types = [blocking ? OpenFilesTypeProto.BLOCKING_DECOMMISSION : OpenFilesTypeProto.ALL_OPEN_FILES];
    const files: OpenFile[] = [];
    if (!json) terminal.out(OPEN_FILES_HEADER);
    try {
      for await (const page of pages(admin, types, under)) {
        if (json)
          files.push(...page.map(({ path, clientName, clientMachine }) => ({ path, clientName, clientMachine })));
        else terminal.out(openFilesText(page));
      }
    } catch (error) {
      if (error instanceof FailureError) terminal.err('List open files failed.\n');
      throw error;
    }
    if (json) terminal.out(`${JSON.stringify({ files })}\n`);
    return 0;
  },
};

async function* pages(
  { namenodes, systems }: Admin,
  types: OpenFilesTypeProto[],
  under: string,
): AsyncGenerator<OpenFilesBatchResponseProto[]> {
  const path = absolute(parseName(under).path, systems.default.workingFolder);
  let id = 0;
  for (let hasMore = true; hasMore; ) {
    const page = await namenodes.call('listOpenFiles', { id, types, path });
    yield page.entries;
    id = page.entries.at(-1)?.id ?? id;
    hasMore = page.hasMore && page.entries.length > 0;
  }
}

/** Rows of the table. */
export function openFilesText(files: readonly OpenFile[]): string {
  return files
    .map(({ clientMachine, clientName, path }) => row(clientMachine, clientName, path.padStart(COLUMN)))
    .join('');
}

function row(host: string, name: string, path: string): string {
  return `${host.padEnd(COLUMN)}\t${name.padEnd(COLUMN)}\t${path}\n`;
}
