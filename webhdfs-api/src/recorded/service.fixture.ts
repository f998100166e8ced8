import type { Failure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import type { CallContext, ClientMethod, ClientService, ReplySink, RequestOf, ResponseOf } from '@rfs/protocol/service';
import { refusalIn, type Step } from './answers.fixture.js';
import { blocksFrom, type Json, locationsFrom, statusFrom } from './messages.fixture.js';

/** Refusals that are the door's own: no service may have been asked. */
const OWN = /^(Invalid value for webhdfs parameter|Required param|Both owner and group|op=)/;

export interface Call {
  readonly method: ClientMethod;
  readonly request: unknown;
  readonly context: CallContext;
}

/** A namenode whose service says what Apache's said, as messages: the door has to write the same answer of them. */
export class RecordedService implements ClientService {
  readonly stateId = 42;
  readonly calls: Call[] = [];
  step: Step | undefined;
  unexpected: string | undefined;

  call<M extends ClientMethod>(
    method: M,
    request: RequestOf<M>,
    context: CallContext,
    sink: ReplySink<ResponseOf<M>>,
  ): void {
    this.calls.push({ method, request, context });
    const found = this.respond(method);
    if (found !== undefined && 'code' in found) sink.fail(found as Failure);
    else sink.reply(found as ResponseOf<M>);
  }

  private respond(method: ClientMethod): object | undefined {
    const step = this.step!;
    const [answer] = step.answers;
    const refusal = refusalIn(answer!);
    if (step.request.startsWith('HEAD ') && answer!.status === 200) return anything(method);
    if (answer!.status === 307 || answer!.status === 500 || answer!.body?.startsWith('{"Location"'))
      return forRedirect(method, step);
    if (refusal !== undefined) return this.refuse(refusal.exception, refusal.message ?? '', method, step);
    if (answer!.body === undefined) return {};
    if (answer!.body.startsWith('<html>')) return { fs: undefined };
    return fromJson(method, JSON.parse(answer!.body) as Json);
  }

  private refuse(exception: string, message: string, method: ClientMethod, step: Step): object {
    const range = /out of the range \[0, (\d+)\)/.exec(message);
    if (range !== null) return { fs: file(Number(range[1])) };
    // What the door itself makes of an absent file or directory.
    if (method === 'getFileInfo' && /^File (does not exist: )?\//.test(message)) return { fs: undefined };
    if (method === 'getListing' && /^File \//.test(message)) return { dirList: undefined };
    if (OWN.test(message)) this.unexpected = `${step.request} was passed on as ${method}`;
    return failure(exception as ExceptionCode, message);
  }
}

function file(length: number): object {
  return statusFrom({ type: 'FILE', length, permission: '644', owner: '', group: '' } as unknown as Json);
}

/** What a HEAD shows nothing of. */
function anything(method: ClientMethod): object {
  return method === 'getListing' ? { dirList: { partialListing: [], remainingEntries: 0 } } : { fs: file(1) };
}

/** Files are long, except the one that is empty and the directory. */
function forRedirect(method: ClientMethod, { request }: Step): object {
  if (method === 'getBlockLocations') return { locations: undefined };
  return { fs: file(/\/d(\/empty)?\?/.test(request) ? 0 : 1000) };
}

function fromJson(method: ClientMethod, json: Json): object | undefined {
  const [value] = Object.values(json) as Json[];
  switch (method) {
    case 'getFileInfo':
      return { fs: statusFrom(value!) };
    case 'getListing': {
      const page = (value!.partialListing ?? json) as unknown as { FileStatuses: { FileStatus: Json[] } };
      const entries = page.FileStatuses.FileStatus.map(statusFrom);
      return { dirList: { partialListing: entries, remainingEntries: value!.remainingEntries ?? 0 } };
    }
    case 'getBlockLocations': {
      const list = value!.BlockLocation as Json[] | undefined;
      return { locations: list === undefined ? blocksFrom(value!) : locationsFrom(list) };
    }
    case 'getContentSummary':
      return { summary: { ...(value as object), erasureCodingPolicy: value!.ecPolicy } };
    case 'getQuotaUsage':
      return { usage: value };
    case 'getServerDefaults':
      return { serverDefaults: { ...(value as object), policyId: value!.defaultStoragePolicyId } };
    case 'getFsStats':
      return value;
    default:
      return { result: value };
  }
}
