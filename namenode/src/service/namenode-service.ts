import type { Failure } from '@rfs/base/failure';
import { failure, retriable } from '@rfs/protocol/exceptions';
import type { CallContext, ClientMethod, ClientService, ReplySink, RequestOf, ResponseOf } from '@rfs/protocol/service';
import { type Caller, safeModeText } from '../namespace/index.js';
import { attributes } from './attributes.js';
import type { Callers } from './callers.js';
import { simpleChanges } from './changes.js';
import { clusterCalls } from './cluster.js';
import type { Handler, Handlers, ServiceParts } from './handlers.js';
import { operations } from './operations.js';
import { reads } from './reads.js';
import type { Router } from './routing/index.js';
import { fileWrites } from './writes/index.js';

/** PERF: an object is slower when it is asked for many names. */
const handlers = new Map<string, Handlers[ClientMethod]>(
  [reads, attributes, simpleChanges, fileWrites, clusterCalls, operations].flatMap((some) => Object.entries(some)),
);

/** The calls of ClientProtocol that this namenode answers. */
export const servedMethods = [...handlers.keys()] as ClientMethod[];

/**
 * The namenode's side of the service contract: the call goes to whoever may serve it, and here, once it is settled who
 * is asking, to its handler.
 */
export class NamenodeService implements ClientService {
  private readonly parts: ServiceParts;
  private readonly callers: Callers;
  private router: Router | undefined;

  constructor(parts: ServiceParts, callers: Callers) {
    this.parts = parts;
    this.callers = callers;
  }

  get stateId(): number {
    return this.parts.machine.appliedIndex;
  }

  /** From now on calls go by `router`; without one all are served here. */
  routeBy(router: Router): void {
    this.router = router;
  }

  call<M extends ClientMethod>(
    method: M,
    request: RequestOf<M>,
    context: CallContext,
    sink: ReplySink<ResponseOf<M>>,
  ): void {
    const { router } = this;
    if (router === undefined || router.direct) this.serve(method, request, context, sink);
    else router.admit(method, request, context, sink as ReplySink<unknown>);
  }

  /** Answers from this node's own state. */
  serve<M extends ClientMethod>(
    method: M,
    request: RequestOf<M>,
    context: CallContext,
    sink: ReplySink<ResponseOf<M>>,
  ): void {
    const handler = handlers.get(method) as Handler<M> | undefined;
    if (handler === undefined) {
      sink.fail(failure('UnsupportedOperationException', `rfs does not offer ${method}`));
      return;
    }
    const caller = this.callers.cached(context.user, context.receivedMs);
    if (caller !== undefined) handler(this.parts, request, context, caller, sink);
    else this.callers.resolve(context.user, (found: Caller) => handler(this.parts, request, context, found, sink));
  }
}

/**
 * The refusal of a change while the startup safe mode is on. Clients repeat it by themselves (RetriableException),
 * because it ends by itself; safe mode by command is judged when the change is applied.
 */
export function startupRefusal(parts: Pick<ServiceParts, 'blocks' | 'clock'>, what: () => string): Failure | undefined {
  const { blocks } = parts;
  if (!blocks.safeMode.startup) return undefined;
  const text = safeModeText(what(), blocks.safeModeTip(parts.clock.monotonicMs()));
  return retriable(failure('SafeModeException', text));
}
