import type { Random } from '@rfs/base/seams';
import { NO_STATE_ID } from '../service/index.js';
import { CLIENT_ID_BYTES } from './constants.js';

/**
 * Who a client is to the servers of one cluster, whichever of them it talks to: its id, its call ids, and the highest
 * state id it has seen (ClientId, Client.nextCallId, ClientGSIContext). Shared by all its connections, so that a call
 * repeated on another server is the same call, and reads never go back in time.
 */
export class ClientIdentity {
  readonly clientId: Uint8Array;
  /** NO_STATE_ID until a first answer came. */
  stateId = NO_STATE_ID;
  private lastCallId = -1;

  constructor(random: Random) {
    this.clientId = random.bytes(CLIENT_ID_BYTES);
  }

  /** From 0; starts again after 2^31 - 1, as ids below zero mean something else. */
  nextCallId(): number {
    this.lastCallId = this.lastCallId === 0x7fffffff ? 0 : this.lastCallId + 1;
    return this.lastCallId;
  }

  /** Notes the state id of an answer. Hadoop's client forgets that of a refusal, and may then read what was before it. */
  saw(stateId: number): void {
    if (stateId > this.stateId) this.stateId = stateId;
  }
}
