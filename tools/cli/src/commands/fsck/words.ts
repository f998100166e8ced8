import { UsageError } from '../../options/index.js';

/** What a check is asked: parameters of the namenode's /fsck, and the path. */
export interface FsckWords {
  /** Undefined: the top of the file system. */
  readonly path: string | undefined;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly listCorrupt: boolean;
  readonly json: boolean;
}

/** Options that stand alone, and what /fsck calls them (DFSck.doWork). */
const SWITCHES: Readonly<Record<string, string>> = {
  '-move': 'move',
  '-delete': 'delete',
  '-files': 'files',
  '-openforwrite': 'openforwrite',
  '-blocks': 'blocks',
  '-locations': 'locations',
  '-racks': 'racks',
  '-replicaDetails': 'replicadetails',
  '-upgradedomains': 'upgradedomains',
  '-storagepolicies': 'storagepolicies',
  '-showprogress': 'showprogress',
  '-list-corruptfileblocks': 'listcorruptfileblocks',
  '-includeSnapshots': 'includeSnapshots',
  '-maintenance': 'maintenance',
  '-replicate': 'replicate',
};

/** Reads the words behind `rfs fsck` and the generic options. Throws UsageError. */
export function fsckWords(words: readonly string[]): FsckWords {
  const parameters: [string, string][] = [];
  let path: string | undefined;
  let json = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const parameter = SWITCHES[word];
    if (parameter !== undefined) parameters.push([parameter, '1']);
    else if (word === '--json') json = true;
    else if (word === '--explain') parameters.push(['explain', '1']);
    else if (word === '-blockId') {
      const names: string[] = [];
      while (words[at + 1]?.startsWith('-') === false) names.push(words[++at] as string);
      if (names.length === 0) throw new UsageError('-blockId needs the names of blocks, such as blk_1073741825');
      parameters.push(['blockId', names.join(' ')]);
    } else if (word.startsWith('-')) throw new UsageError(`Illegal option '${word}'\n${FSCK_USAGE}`);
    else if (path === undefined) path = word;
    else throw new UsageError(`can only operate on one path at a time '${word}'\n${FSCK_USAGE}`);
  }
  return { path, parameters, listCorrupt: words.includes('-list-corruptfileblocks'), json };
}

/** The options that HDFS's command has. */
export const FSCK_USAGE = `Usage: rfs fsck [-fs hdfs://host:port] [--conf folder] [-D name=value] [PATH] [OPTION...] [--explain] [--json]

  -files                       name every file that is checked
  -files -blocks               and its blocks
  -files -blocks -locations    and the datanodes that hold them
  -files -blocks -racks        and the racks of these
  -files -blocks -replicaDetails    and the state of each replica
  -openforwrite                check files that are being written, too
  -list-corruptfileblocks      only list blocks without a good replica and their files
  -blockId BLOCK...            tell what is known of blocks
  -maintenance                 count replicas on datanodes in maintenance apart
  -storagepolicies             sum up on what types of storage blocks lie
  -move                        copy what is left of files that lost blocks to /lost+found
  -delete                      delete files that lost blocks
  --explain                    tell of each block in trouble what happened, when, and what to do
  --json                       print the result as one JSON object

Ends with 0 when the file system under PATH is HEALTHY, with 1 when it is CORRUPT or there is no such path.
`;
