import { userInfo } from 'node:os';
import { isFailure } from '@rfs/base/failure';
import { systemClock, systemRandom } from '@rfs/base/system';
import { ClientIdentity, callAsync, protocols, ReconnectingRpcClient } from '@rfs/protocol/rpc';

const FILE_MODE = { perm: 0o644 };
const FOLDER_MODE = { perm: 0o755 };
/** CreateFlagProto.CREATE. */
const CREATE = 1;
/** SafeModeActionProto.SAFEMODE_GET. */
const GET = 3;
const BLOCK_BYTES = 1024 * 1024;
const CLIENT = 'load';

/** What a call came to: carried out, refused for a reason, or nobody knows because the connection ended. */
export type Outcome = 'done' | 'unknown';

/** A client of one namenode that may be killed at any time: it never repeats a call. */
export class NamenodeCaller {
  readonly identity = new ClientIdentity(systemRandom());
  private readonly client: ReconnectingRpcClient;

  constructor(rpc: string) {
    const [host, port] = rpc.split(':') as [string, string];
    this.client = new ReconnectingRpcClient(
      {
        host,
        port: Number(port),
        user: userInfo().username,
        protocol: protocols.client,
        identity: this.identity,
        clock: systemClock,
      },
      { firstMs: 0, maxMs: 0 },
    );
  }

  /** Makes a folder with its parents, under a call id of the caller's if it gives one. */
  mkdirs(src: string, callId?: number): Promise<Outcome> {
    const options = callId === undefined ? {} : { callId };
    return outcome(
      callAsync(this.client, protocols.client, 'mkdirs', { src, masked: FOLDER_MODE, createParent: true }, options),
    );
  }

  /** Makes an empty file and completes it. */
  async makeFile(src: string): Promise<Outcome> {
    const made = await outcome(
      callAsync(this.client, protocols.client, 'create', {
        src,
        masked: FILE_MODE,
        clientName: CLIENT,
        createFlag: CREATE,
        createParent: true,
        replication: 1,
        blockSize: BLOCK_BYTES,
        cryptoProtocolVersion: [],
      }),
    );
    if (made === 'unknown') return made;
    return outcome(callAsync(this.client, protocols.client, 'complete', { src, clientName: CLIENT }));
  }

  rename(src: string, dst: string): Promise<Outcome> {
    return outcome(callAsync(this.client, protocols.client, 'rename2', { src, dst, overwriteDest: false }));
  }

  remove(src: string): Promise<Outcome> {
    return outcome(callAsync(this.client, protocols.client, 'delete', { src, recursive: true }));
  }

  /** Whether there is something at a path; undefined when the namenode cannot be asked. */
  async exists(src: string): Promise<boolean | undefined> {
    const reply = await callAsync(this.client, protocols.client, 'getFileInfo', { src });
    return isFailure(reply) ? undefined : reply.fs !== undefined;
  }

  /** Whether it takes changes: it answers, and is out of safe mode. */
  async takesChanges(): Promise<boolean> {
    const reply = await callAsync(this.client, protocols.client, 'setSafeMode', { action: GET, checked: false });
    return !isFailure(reply) && !reply.result;
  }

  /** Names in a folder, none when it is absent; undefined when the namenode cannot be asked. */
  async names(src: string): Promise<string[] | undefined> {
    const found: string[] = [];
    for (let startAfter: Uint8Array = new Uint8Array(0); ; ) {
      const reply = await callAsync(this.client, protocols.client, 'getListing', {
        src,
        startAfter,
        needLocation: false,
      });
      if (isFailure(reply)) return undefined;
      const { partialListing = [], remainingEntries = 0 } = reply.dirList ?? {};
      for (const { path } of partialListing) {
        found.push(Buffer.from(path).toString());
        startAfter = Uint8Array.from(path);
      }
      if (remainingEntries === 0) return found;
    }
  }

  close(): void {
    this.client.close();
  }
}

/** Codes of failures that leave open whether the call was carried out, or say that it never was. */
const LOST = new Set(['ConnectException', 'EOFException', 'SocketTimeoutException']);

async function outcome(reply: Promise<unknown>): Promise<Outcome> {
  const answer = await reply;
  if (!isFailure(answer)) return 'done';
  if (LOST.has(answer.code)) return 'unknown';
  throw new Error(`${answer.code}: ${answer.message}`);
}
