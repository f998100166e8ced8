import type { Command, CommandInfo } from '../command/command.js';
import type { Shell } from '../command/shell.js';
import { Concat, concatInfo, SetRep, setrepInfo, Truncate, truncateInfo } from './blocks.js';
import { Cat, Checksum, catInfo, checksumInfo, Text, textInfo } from './cat.js';
import { Chgrp, Chmod, Chown, chgrpInfo, chmodInfo, chownInfo } from './change.js';
import {
  AppendToFile,
  appendToFileInfo,
  Cp,
  copyFromLocalInfo,
  copyToLocalInfo,
  cpInfo,
  Get,
  GetMerge,
  getInfo,
  getmergeInfo,
  Put,
  putInfo,
} from './copy.js';
import { Count, countInfo } from './count.js';
import { Head, headInfo, Tail, tailInfo } from './ends.js';
import { Find, findInfo } from './find.js';
import { Ls, Lsr, lsInfo, lsrInfo } from './ls.js';
import { Mkdir, mkdirInfo } from './mkdir.js';
import { MoveFromLocal, MoveToLocal, Mv, moveFromLocalInfo, moveToLocalInfo, mvInfo } from './mv.js';
import { Expunge, expungeInfo, Rm, Rmdir, Rmr, rmdirInfo, rmInfo, rmrInfo } from './rm.js';
import { Stat, statInfo } from './stat.js';
import { Test, testInfo } from './test.js';
import { Touch, Touchz, touchInfo, touchzInfo } from './touch.js';
import { Df, Du, Dus, dfInfo, duInfo, dusInfo } from './usage.js';

type CommandClass = new (shell: Shell, name: string) => Command;

export interface Entry {
  readonly info: CommandInfo;
  readonly make: CommandClass;
}

const LIST: readonly (readonly [CommandInfo, CommandClass])[] = [
  [appendToFileInfo, AppendToFile],
  [catInfo, Cat],
  [checksumInfo, Checksum],
  [chgrpInfo, Chgrp],
  [chmodInfo, Chmod],
  [chownInfo, Chown],
  [concatInfo, Concat],
  [copyFromLocalInfo, Put],
  [copyToLocalInfo, Get],
  [countInfo, Count],
  [cpInfo, Cp],
  [dfInfo, Df],
  [duInfo, Du],
  [dusInfo, Dus],
  [expungeInfo, Expunge],
  [findInfo, Find],
  [getInfo, Get],
  [getmergeInfo, GetMerge],
  [headInfo, Head],
  [lsInfo, Ls],
  [lsrInfo, Lsr],
  [mkdirInfo, Mkdir],
  [moveFromLocalInfo, MoveFromLocal],
  [moveToLocalInfo, MoveToLocal],
  [mvInfo, Mv],
  [putInfo, Put],
  [rmInfo, Rm],
  [rmdirInfo, Rmdir],
  [rmrInfo, Rmr],
  [setrepInfo, SetRep],
  [statInfo, Stat],
  [tailInfo, Tail],
  [testInfo, Test],
  [textInfo, Text],
  [touchInfo, Touch],
  [touchzInfo, Touchz],
  [truncateInfo, Truncate],
];

/** Every command of the shell by name, in the order of the help. */
export const commands: ReadonlyMap<string, Entry> = new Map(LIST.map(([info, make]) => [info.name, { info, make }]));

/** Those that answer with --json. */
export const JSON_COMMANDS: ReadonlySet<string> = new Set(['ls', 'lsr', 'stat', 'du', 'dus', 'count', 'df']);
