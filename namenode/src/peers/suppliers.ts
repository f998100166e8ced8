import { type Failure, isFailure } from '@rfs/base/failure';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import { type ClientIdentity, RpcClient } from '@rfs/protocol/rpc';
import { decodeMembership, type PeerId, type SnapshotMark } from '../raft/index.js';
import type { Member } from '../replication/index.js';
import type { SnapshotChunk, SnapshotOffer, SnapshotSuppliers } from '../snapshots/index.js';
import { splitAddress } from './peer.js';
import { snapshotProtocol } from './protocol.js';

const CONNECT_MS = 2000;
const READ_MS = 5000;
/** A copy has to be made and read through before it is offered. */
const OFFER_MS = 120_000;

export interface SupplierOptions {
  readonly members: () => readonly Member[];
  readonly user: string;
  readonly identity: ClientIdentity;
  readonly clock: Clock;
}

/** Other members' copies over RPC, on a connection of their own that is kept from piece to piece. */
export class RemoteSuppliers implements SnapshotSuppliers {
  private readonly options: SupplierOptions;
  private client: RpcClient | null = null;
  private connectedTo = '';
  private closed = false;

  constructor(options: SupplierOptions) {
    this.options = options;
  }

  offer(from: PeerId, index: LogIndex, done: (result: SnapshotOffer | Failure) => void): void {
    this.with(from, done, (client) =>
      client.call(
        snapshotProtocol,
        'offer',
        { index },
        (answer) => {
          if (isFailure(answer)) done(this.failed(client, answer));
          else done({ id: answer.id, mark: markOf(answer), lengthBytes: answer.lengthBytes, digest: answer.digest });
        },
        { timeoutMs: OFFER_MS },
      ),
    );
  }

  read(from: PeerId, id: number, offset: number, done: (result: SnapshotChunk | Failure) => void): void {
    this.with(from, done, (client) =>
      client.call(
        snapshotProtocol,
        'read',
        { id, offset },
        (answer) => done(isFailure(answer) ? this.failed(client, answer) : answer),
        { timeoutMs: READ_MS },
      ),
    );
  }

  /** The entry before the oldest that the journal of `from` has. */
  journalStart(from: PeerId, done: (result: SnapshotMark | Failure) => void): void {
    this.with(from, done, (client) =>
      client.call(
        snapshotProtocol,
        'journalStart',
        {},
        (answer) => done(isFailure(answer) ? this.failed(client, answer) : markOf(answer)),
        { timeoutMs: READ_MS },
      ),
    );
  }

  close(): void {
    this.closed = true;
    this.client?.close();
    this.client = null;
  }

  private with(from: PeerId, done: (failure: Failure) => void, use: (client: RpcClient) => void): void {
    const address = this.options.members().find(({ id }) => id === from)?.rpc;
    if (address === undefined) {
      done(failure('ConnectException', `Nobody knows where member ${from} is`));
      return;
    }
    if (this.client !== null && this.connectedTo === address) {
      use(this.client);
      return;
    }
    this.client?.close();
    this.client = null;
    const { user, identity, clock } = this.options;
    const protocol = snapshotProtocol;
    const options = { ...splitAddress(address), user, protocol, identity, clock, connectTimeoutMs: CONNECT_MS };
    RpcClient.connect(options, (client) => {
      if (!(client instanceof RpcClient)) {
        done(client);
        return;
      }
      if (this.closed) {
        client.close();
        return;
      }
      this.client = client;
      this.connectedTo = address;
      use(client);
    });
  }

  /** After a refusal the connection is as good as before; after anything else the next call makes another. */
  private failed(client: RpcClient, reason: Failure): Failure {
    if (this.client === client && reason.code !== 'FileNotFoundException') {
      this.client = null;
      client.close();
    }
    return reason;
  }
}

function markOf(answer: { index: number; term: number; membership: Uint8Array }): SnapshotMark {
  const { index, term, membership } = answer;
  return { index: index as LogIndex, term: term as Term, membership: decodeMembership(Uint8Array.from(membership)) };
}
