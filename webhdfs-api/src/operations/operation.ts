import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from '@rfs/base/failure';
import type { ClientMethod, RequestOf, ResponseOf } from '@rfs/protocol/service';
import type { Query } from '../http/index.js';
import type { Method, Parameter, Schema } from '../parameters/index.js';
import type { Shape } from '../replies/index.js';

/** What every operation says of itself: routing, validation and the OpenAPI document follow from it. */
interface OperationFacts {
  /** As in `op=`, in capitals. */
  readonly name: string;
  readonly method: Method;
  readonly summary: string;
  readonly parameters: readonly Parameter<unknown>[];
  /** Refused when one of these is absent or empty. */
  readonly required?: readonly Parameter<unknown>[];
  /** The JSON of a successful answer; undefined when that has no JSON. */
  readonly reply: Schema | undefined;
}

/** A request for metadata, on the namenode. */
export interface Question {
  /** Absolute, decoded. */
  readonly path: string;
  readonly user: string;
  readonly query: Query;
  readonly defaults: DoorDefaults;
  /** Calls the namenode's service on behalf of the user. */
  ask<M extends ClientMethod>(method: M, request: RequestOf<M>): Promise<ResponseOf<M> | Failure>;
  /** A name under which a change holds a lease, never used before (each request is a client of its own). */
  clientName(): string;
}

/** What the door fills in where a request says nothing. */
export interface DoorDefaults {
  /** dfs.replication */
  readonly replication: number;
  /** dfs.user.home.dir.prefix */
  readonly homePrefix: string;
}

export type Answer =
  | { readonly kind: 'json'; readonly json: string }
  /** JSON that is written while it is found. */
  | { readonly kind: 'pages'; readonly pages: AsyncIterable<string> }
  | { readonly kind: 'empty'; readonly type: string };

export interface MetadataOperation extends OperationFacts {
  readonly kind: 'metadata';
  run(question: Question): Promise<Answer | Failure>;
}

/** Which datanode a request for data is sent to, when none is on the client's own host. */
export type Nearness = 'anywhere' | 'first block' | 'last block';

/** A request for data, on a datanode. */
export interface Transfer {
  readonly path: string;
  readonly query: Query;
  /** What a file's URI begins with: hdfs://host:port */
  readonly fileSystem: string;
  readonly files: DfsFiles;
  readonly request: IncomingMessage;
  /** Another one once the body has been asked for. */
  readonly response: ServerResponse;
  /**
   * The body, for which a client that waits is told to go on. Pieces stay unchanged until the next one is asked for; an
   * end before its time is thrown.
   */
  body(): AsyncIterable<Uint8Array>;
}

/** The part of a DFS client (`@rfs/client/dfs`) that serves data. What it is refused is thrown as FailureError. */
export interface DfsFiles {
  /** @param stateId of the redirect that led here, -1 when there was none; a file as of then or later is opened */
  open(path: string, stateId: number): Promise<ReadableFile>;
  create(path: string, options: CreateOptions): Promise<WritableFile>;
  append(path: string): Promise<WritableFile>;
  fileChecksum(path: string): Promise<{ readonly algorithm: string; readonly bytes: Uint8Array }>;
}

export interface ReadableFile {
  readonly lengthBytes: number;
  stream(position: number, lengthBytes: number): AsyncIterable<Uint8Array>;
}

export interface WritableFile {
  /** Done when the bytes may be reused and the next ones are wanted. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(): void;
}

export interface CreateOptions {
  readonly overwrite: boolean;
  readonly createParent: boolean;
  readonly mode: number;
  readonly replication?: number;
  readonly blockSizeBytes?: number;
  readonly lazyPersist: boolean;
}

/** What the statuses of a datanode's answer say. */
export const DATA_STATUSES = {
  200: 'Done.',
  201: 'Made.',
  206: 'The bytes that the header Range asks for.',
} as const;

/** Answered by the namenode with a redirect to a datanode, which serves it. */
export interface DataOperation extends OperationFacts {
  readonly kind: 'data';
  readonly nearness: Nearness;
  /** Parameters that the redirect carries on, in alphabetical order as Apache writes them. */
  readonly carried: readonly Parameter<unknown>[];
  /** Carried even when they were not given. */
  readonly alwaysCarried: readonly Parameter<unknown>[];
  /** Of the datanode's answer, when it is none of a refusal. */
  readonly statuses: readonly (keyof typeof DATA_STATUSES)[];
  /** On the datanode; refusals before the answer has begun are thrown as FailureError. */
  serve(transfer: Transfer): Promise<void>;
}

export type Operation = MetadataOperation | DataOperation;

export function json<T>(shape: Shape<T>, value: T): Answer {
  return { kind: 'json', json: shape.write(value) };
}

/** An answer without content. Apache names a character set where the handler set no type. */
export const DONE: Answer = { kind: 'empty', type: 'application/octet-stream' };
export const DONE_WITH_CHARSET: Answer = { kind: 'empty', type: 'application/octet-stream; charset=utf-8' };
