import { isFailure } from '@rfs/base/failure';
import { javaDate } from '@rfs/base/java-text';
import {
  type Caller,
  checkSuperuser,
  type FileBlocks,
  type FileStatus,
  getFileBlocks,
  getFileInfo,
  InodeKind,
} from '../../namespace/index.js';

import type { SlicedWork } from '../slices.js';
import { blockText } from './block-text.js';
import { CorruptList } from './corrupt-list.js';
import { checkFile, type FileCheckParts } from './file-check.js';
import type { LossyBlock, LossyFile } from './lost-found.js';
import type { FsckOptions } from './options.js';
import type { FsckParts } from './parts.js';
import { PolicySummary } from './policy-summary.js';
import { ERASURE_CODED_TEXT, type ReportFactors, replicatedText, Tally } from './tally.js';
import { Walk } from './walk.js';

/** Entries and blocks that one step looks at: about a millisecond. */
const STEP_BUDGET = 200;

/** Where the text of a check goes. */
export interface FsckOutput {
  /** False: the reader is behind, go on when `onceReady` calls. */
  write(text: string): boolean;
  onceReady(goOn: () => void): void;
  end(): void;
  /** Nobody reads any more. */
  readonly closed: boolean;
}

/** What the configuration says to a check. */
export interface FsckSettings extends ReportFactors {
  readonly staleIntervalMs: number;
}

/** Who asked for what. */
export interface FsckQuestion {
  readonly options: FsckOptions;
  readonly caller: Caller;
  /** Numeric address of who asks. */
  readonly address: string;
  /** Deletes a file for the caller; tells whether it is gone. */
  readonly remove: (path: string, done: (gone: boolean) => void) => void;
  /** Copies what is left of a file to /lost+found for the caller; tells whether all of it is there. */
  readonly rescue: (file: LossyFile, done: (whole: boolean) => void) => void;
}

/**
 * One check of the namespace under a path (NamenodeFsck), in its words. It gives way to other long work after every
 * step, and stops while its reader is behind, so that a check of everything costs neither memory nor anybody's turn.
 */
export class FsckRun implements SlicedWork {
  private readonly parts: FsckParts;
  private readonly settings: FsckSettings;
  private readonly question: FsckQuestion;
  private readonly output: FsckOutput;
  private readonly walk: Walk;
  private readonly check: FileCheckParts;
  private readonly startedMs: number;
  private corrupt: CorruptList | undefined;
  private text = '';
  private begun = false;
  private ended = false;
  private failed = false;
  /** A file is being copied or deleted; the walk goes on when that is done. */
  private handling = false;
  private stepping = false;

  constructor(parts: FsckParts, settings: FsckSettings, question: FsckQuestion, output: FsckOutput) {
    const { clock } = parts;
    this.parts = parts;
    this.settings = settings;
    this.question = question;
    this.output = output;
    this.walk = new Walk(parts.machine.tree, question.caller);
    this.startedMs = clock.monotonicMs();
    this.check = {
      wallMinusMonotonicMs: clock.nowMs() - clock.monotonicMs(),
      blocks: parts.blocks,
      options: question.options,
      poolId: parts.poolId(),
      minReplication: settings.minReplication,
      tally: new Tally(),
      policies: new PolicySummary(),
      rule: { nowMs: clock.monotonicMs(), staleIntervalMs: settings.staleIntervalMs },
    };
  }

  /** Always through with its turn: what is left waits behind the others. */
  step(): boolean {
    if (this.output.closed) return true;
    this.stepping = true;
    if (!this.begun) this.begin();
    else if (this.corrupt !== undefined) this.listMore(this.corrupt);
    else this.walkOn();
    this.stepping = false;
    const ready = this.text === '' || this.output.write(this.text);
    this.text = '';
    if (this.ended) this.output.end();
    else if (this.handling) return true;
    else if (ready) this.parts.slices.add(this);
    else this.output.onceReady(() => this.parts.slices.add(this));
    return true;
  }

  private begin(): void {
    const { options, caller, address } = this.question;
    this.begun = true;
    const { blockIds, path } = options;
    if (options.showProgress) {
      this.text +=
        'The fsck switch -showprogress is deprecated and no longer has any effect. Progress is now shown by default.\n';
    }
    const started = `FSCK started by ${caller.user} (auth:SIMPLE) from /${address}`;
    if (blockIds !== undefined) {
      this.checkBlockIds(blockIds, started);
      return;
    }
    this.text += `${started} for path ${path} at ${this.date()}\n`;
    const status = getFileInfo(this.parts.machine.tree, caller, path);
    if (isFailure(status)) this.fail(status.message);
    else if (status === undefined) {
      this.text += `\n\nPath '${path}' does not exist`;
      this.ended = true;
    } else if (options.listCorrupt) this.beginList();
    else this.visit(path, status);
  }

  private checkBlockIds(names: readonly string[], started: string): void {
    const { caller, options } = this.question;
    const denied = checkSuperuser(caller);
    if (denied !== undefined) {
      this.fail(`${denied.message} for operation fsck`);
      return;
    }
    const { rule } = this.check;
    this.text += `${started} at ${this.date()}\n`;
    for (const name of names) this.text += blockText(this.parts, name, options, rule);
    this.ended = true;
  }

  private beginList(): void {
    const { caller, options } = this.question;
    const denied = checkSuperuser(caller);
    if (denied !== undefined) this.fail(`${denied.message} for operation listCorruptFileBlocks`);
    else if (!this.parts.blocks.judgesRedundancy && this.parts.blocks.missingBlocks > 0) {
      this.fail('Cannot run listCorruptFileBlocks because replication queues have not been initialized.');
    } else this.corrupt = new CorruptList(this.parts, options.path, options.startAfter);
  }

  private listMore(list: CorruptList): void {
    if (!list.step()) return;
    this.text += list.text();
    this.ended = true;
  }

  private walkOn(): void {
    let left = STEP_BUDGET;
    while (left > 0 && !this.handling) {
      const entry = this.walk.next();
      if (entry === undefined) {
        this.summarize();
        return;
      }
      if (isFailure(entry)) {
        this.fail(entry.message);
        return;
      }
      left -= this.visit(entry.path, entry.status);
      if (this.ended) return;
    }
  }

  /** Counts and checks one entry; how much work it was. */
  private visit(path: string, status: FileStatus): number {
    const { tally, options } = this.check;
    if (tally.entries % 1000 === 0) this.text += '\n';
    if (status.kind === InodeKind.DIRECTORY) {
      if (options.files) this.text += `${path} <dir>\n`;
      tally.directories++;
      this.walk.enter(path);
      return 1;
    }
    if (status.kind === InodeKind.SYMLINK) {
      if (options.files) this.text += `${path} <symlink>\n`;
      tally.symlinks++;
      return 1;
    }
    return this.visitFile(path, status);
  }

  private visitFile(path: string, status: FileStatus): number {
    const { tree } = this.parts.machine;
    const found = getFileBlocks(tree, this.question.caller, path, 0, status.lengthBytes);
    if (isFailure(found)) {
      if (found.code !== 'FileNotFoundException') this.fail(found.message);
      return 1;
    }
    const { text, lost } = checkFile(this.check, path, status, found);
    this.text += text;
    if (lost) this.handle(path, status, found);
    return 1 + found.blocks.length;
  }

  /** What a file that lost blocks is to become, as was asked for: first copied, then deleted. */
  private handle(path: string, { mode }: FileStatus, found: FileBlocks): void {
    const { options, remove, rescue } = this.question;
    if (!(options.move || options.remove)) return;
    const finish = (): void => {
      this.handling = false;
      if (!this.stepping) this.parts.slices.add(this);
    };
    const next = (): void => {
      if (options.remove) remove(path, (gone) => this.settle(gone, finish));
      else finish();
    };
    this.handling = true;
    if (options.move) rescue({ path, mode, blocks: this.lossyBlocks(found) }, (whole) => this.settle(whole, next));
    else next();
  }

  private settle(well: boolean, goOn: () => void): void {
    if (!well) this.failed = true;
    goOn();
  }

  private lossyBlocks({ blocks }: FileBlocks): LossyBlock[] {
    return blocks.map(({ id, offsetBytes, lengthBytes }) => {
      const known = (this.parts.blocks.locations(id, undefined)?.storages.length ?? 0) > 0;
      return { offsetBytes, lengthBytes, known };
    });
  }

  private summarize(): void {
    const { blocks } = this.parts;
    const { tally, options, policies } = this.check;
    const { path } = options;
    const lines = [
      `\nStatus: ${tally.healthy ? 'HEALTHY' : 'CORRUPT'}`,
      ` Number of data-nodes:\t${blocks.datanodeReport('LIVE').length}`,
      ` Number of racks:\t\t${blocks.topology.rackCount}`,
      ` Total dirs:\t\t\t${tally.directories}`,
      ` Total symlinks:\t\t${tally.symlinks}`,
      '\nReplicated Blocks:',
      `${replicatedText(tally, this.settings)}\nErasure Coded Block Groups:`,
    ];
    this.text += `${lines.join('\n')}\n${ERASURE_CODED_TEXT}`;
    if (options.storagePolicies) this.text += policies.text();
    this.text += this.endLine();
    if (this.failed) {
      this.fail('fsck encountered internal errors!');
      return;
    }
    this.text += `\n\nThe filesystem under path '${path}' is ${tally.healthy ? 'HEALTHY' : 'CORRUPT'}`;
    this.ended = true;
  }

  private fail(message: string): void {
    this.text += `${this.endLine()}${message}\n\n\nFsck on path '${this.check.options.path}' FAILED`;
    this.ended = true;
  }

  private endLine(): string {
    const tookMs = Math.trunc(this.parts.clock.monotonicMs() - this.startedMs);
    return `FSCK ended at ${this.date()} in ${tookMs} milliseconds\n`;
  }

  private date(): string {
    return javaDate(this.parts.clock.nowMs());
  }
}
