import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import type {
  BlockProto,
  BlockReceivedAndDeletedRequestProto,
  BlockReportRequestProto,
  DatanodeCommandProto,
  HeartbeatRequestProto,
} from '@rfs/protocol/messages';
import {
  DatanodeCommandProto_Type as CommandType,
  NNHAStatusHeartbeatProto_State as HaState,
} from '@rfs/protocol/messages';
import type { CallDone, MessageOf, MethodSet, Protocol, RpcCaller } from '@rfs/protocol/rpc';

/** A namenode that answers as the test wants and remembers what it was told. */
export class FakeNamenode implements RpcCaller {
  /** Names of the calls, in order. */
  readonly calls: string[] = [];
  readonly heartbeats: HeartbeatRequestProto[] = [];
  readonly reports: BlockReportRequestProto[] = [];
  readonly increments: BlockReceivedAndDeletedRequestProto[] = [];
  state: HaState = HaState.ACTIVE;
  txid = 1;
  reachable = true;
  namespaceId = 7;
  /** Given with the next answer to a heartbeat. */
  commands: DatanodeCommandProto[] = [];
  /** Given with the next answer to a heartbeat. */
  verify: BlockProto[] = [];
  comparesDigests = false;
  private lease = 100n;
  private readonly waiting: (() => void)[] = [];

  call<Methods extends MethodSet, Name extends keyof Methods & string>(
    _protocol: Protocol<Methods>,
    name: Name,
    request: MessageOf<Methods[Name]['request']>,
    done: CallDone<MessageOf<Methods[Name]['response']>>,
  ): void {
    const answer = this.reachable ? this.answer(name, request) : failure('ConnectException', 'nobody is there');
    setImmediate(() => {
      done(answer as MessageOf<Methods[Name]['response']>, -1);
      for (const resume of this.waiting.splice(0)) resume();
    });
  }

  /** Resolves once `condition` holds, looked at after each call. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  count(name: string): number {
    return this.calls.filter((call) => call === name).length;
  }

  private answer(name: string, request: unknown): unknown | HdfsFailure {
    this.calls.push(name);
    switch (name) {
      case 'versionRequest':
        return {
          info: {
            buildVersion: 'test',
            unused: 0,
            blockPoolID: 'BP-1',
            storageInfo: { layoutVersion: -67 >>> 0, namespceID: this.namespaceId, clusterID: 'CID-1', cTime: 0 },
            softwareVersion: '3.4.1',
            capabilities: 1,
            rfsDigests: this.comparesDigests,
          },
        };
      case 'registerDatanode':
        return request;
      case 'sendHeartbeat': {
        const heartbeat = request as HeartbeatRequestProto;
        this.heartbeats.push(heartbeat);
        const cmds = this.commands;
        this.commands = [];
        return {
          cmds,
          rfsVerify: this.verify.splice(0),
          haStatus: { state: this.state, txid: this.txid },
          fullBlockReportLeaseId: heartbeat.requestFullBlockReportLease ? this.lease++ : 0n,
        };
      }
      case 'blockReport':
        this.reports.push(request as BlockReportRequestProto);
        return {};
      case 'blockReceivedAndDeleted':
        this.increments.push(request as BlockReceivedAndDeletedRequestProto);
        return {};
      default:
        return {};
    }
  }
}

export function invalidateCommand(blockId: number): DatanodeCommandProto {
  return {
    cmdType: CommandType.BlockCommand,
    blkCmd: {
      action: 2,
      blockPoolId: 'BP-1',
      blocks: [{ blockId, genStamp: 1001 }],
      targets: [],
      targetStorageUuids: [],
      targetStorageTypes: [],
    },
  };
}
