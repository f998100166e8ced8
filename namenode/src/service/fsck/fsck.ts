import { type CallContext, type ClientService, NO_STATE_ID } from '@rfs/protocol/service';
import type { Callers } from '../callers.js';
import type { LossyFile, LostFound } from './lost-found.js';
import { fsckOptions } from './options.js';
import type { FsckParts } from './parts.js';
import { type FsckOutput, FsckRun, type FsckSettings } from './run.js';

/** A request to `/fsck`. */
export interface FsckRequest {
  readonly parameters: URLSearchParams;
  readonly user: string;
  /** Numeric address of who asks. */
  readonly address: string;
}

const NO_CLIENT_ID = new Uint8Array(0);

/** Checks of the namespace for operators (`hdfs fsck`), as background work of the namenode. */
export class Fsck {
  private readonly parts: FsckParts;
  private readonly callers: Pick<Callers, 'resolve'>;
  private readonly service: ClientService;
  private readonly settings: FsckSettings;
  private readonly lostFound: Pick<LostFound, 'rescue'>;

  constructor(
    parts: FsckParts,
    callers: Pick<Callers, 'resolve'>,
    service: ClientService,
    settings: FsckSettings,
    lostFound: Pick<LostFound, 'rescue'>,
  ) {
    this.parts = parts;
    this.callers = callers;
    this.service = service;
    this.settings = settings;
    this.lostFound = lostFound;
  }

  /** Begins a check, whose text goes to `output` piece by piece. */
  start({ parameters, user, address }: FsckRequest, output: FsckOutput): void {
    const options = fsckOptions(parameters);
    this.callers.resolve(user, (caller) => {
      const remove = (path: string, done: (gone: boolean) => void): void => this.remove(path, user, address, done);
      const rescue = (file: LossyFile, done: (whole: boolean) => void): void => this.lostFound.rescue(file, user, done);
      const question = { options, caller, address, remove, rescue };
      this.parts.slices.add(new FsckRun(this.parts, this.settings, question, output));
    });
  }

  private remove(path: string, user: string, address: string, done: (gone: boolean) => void): void {
    const context: CallContext = {
      user,
      realUser: undefined,
      clientId: NO_CLIENT_ID,
      callId: -1,
      retryCount: 0,
      clientAddress: address,
      callerContext: undefined,
      stateId: NO_STATE_ID,
    };
    const request = { src: path, recursive: true };
    this.service.call('delete', request, context, { reply: () => done(true), fail: () => done(false) });
  }
}
