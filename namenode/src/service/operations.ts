import type { Failure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { ClientMethod, ResponseOf } from '@rfs/protocol/service';
import { checkSuperuser, safeModeText } from '../namespace/index.js';
import type { Handler, Handlers, ServiceParts } from './handlers.js';
import { metaSave } from './meta-save/index.js';

/** HdfsServerConstants.MAX_BANDWIDTH_PER_DATANODE */
const MAX_BANDWIDTH_BYTES = 1024 ** 4;

/** A call of operators that changes no namespace. */
function forSuperusers<M extends ClientMethod>(
  check: (parts: ServiceParts, request: Parameters<Handler<M>>[1]) => Failure | undefined,
  respond: (parts: ServiceParts, request: Parameters<Handler<M>>[1]) => ResponseOf<M>,
): Handler<M> {
  return (parts, request, _context, caller, sink) => {
    const refusal = checkSuperuser(caller) ?? check(parts, request);
    if (refusal === undefined) sink.reply(respond(parts, request));
    else sink.fail(refusal);
  };
}

const always = (): undefined => undefined;
const nothing = (): Record<never, never> => ({});

/** Operators' calls (hdfs dfsadmin). What HDFS has to do about images and edit files, the log and the store do alone. */
export const operations: Handlers = {
  // Everything that was answered is in the log already.
  saveNamespace: forSuperusers<'saveNamespace'>(
    ({ blocks }) =>
      blocks.safeMode.on
        ? undefined
        : failure('IOException', 'Safe mode should be turned ON in order to create namespace image.'),
    () => ({ saved: true }),
  ),

  // The log has no segments of operators' making: the next entry is where one would begin.
  rollEdits: forSuperusers<'rollEdits'>(
    ({ blocks, clock }) =>
      blocks.safeMode.on
        ? failure('SafeModeException', safeModeText('Log not rolled', blocks.safeModeTip(clock.monotonicMs())))
        : undefined,
    ({ machine }) => ({ newSegmentTxId: machine.appliedIndex + 1 }),
  ),

  refreshNodes: (parts, _request, _context, caller, sink) => {
    const denied = checkSuperuser(caller);
    if (denied !== undefined) {
      sink.fail(denied);
      return;
    }
    void parts.admission.refresh().then((refusal) => {
      if (refusal !== undefined) sink.fail(refusal);
      else sink.reply({});
      parts.wakeBlocks();
    });
  },

  metaSave,

  // There is no other layout of the files to go back to.
  finalizeUpgrade: forSuperusers<'finalizeUpgrade'>(always, nothing),
  upgradeStatus: (_parts, _request, _context, _caller, sink) => sink.reply({ upgradeFinalized: true }),

  setBalancerBandwidth: forSuperusers<'setBalancerBandwidth'>(
    (_parts, { bandwidth }) =>
      bandwidth <= MAX_BANDWIDTH_BYTES
        ? undefined
        : failure(
            'IllegalArgumentException',
            `Bandwidth should not exceed maximum limit ${MAX_BANDWIDTH_BYTES} bytes per second`,
          ),
    ({ blocks }, { bandwidth }) => {
      for (const datanode of blocks.datanodeReport('LIVE')) datanode.balancerBandwidth = bandwidth;
      return {};
    },
  ),
};
