import { seededRandom, systemClock } from '@rfs/base/system';
import type { DatanodeIDProto } from '@rfs/protocol/messages';
import { ClientIdentity, ProtocolTable, protocols, ReconnectingRpcClient, RpcServer } from '@rfs/protocol/rpc';
import { Fixture } from '../store/store.fixture.js';
import { addClientDatanodeProtocol, addInterDatanodeProtocol } from './index.js';

export const USER = 'hdfs';

/** A datanode's store behind a real RPC port. */
export class IpcFixture {
  readonly replicas = new Fixture(1);
  /** What was asked of the datanode. */
  readonly orders: string[] = [];
  registered = true;
  private readonly uuid: string;
  private server!: RpcServer;
  private readonly clients: ReconnectingRpcClient[] = [];

  private constructor(uuid: string) {
    this.uuid = uuid;
  }

  static async start(uuid = 'node'): Promise<IpcFixture> {
    const node = new IpcFixture(uuid);
    await node.replicas.start();
    await node.listen();
    return node;
  }

  get id(): DatanodeIDProto {
    const { port: ipcPort } = this.server;
    return { ipAddr: '127.0.0.1', hostName: 'host', datanodeUuid: this.uuid, xferPort: 1, infoPort: 2, ipcPort };
  }

  client(user = USER): ReconnectingRpcClient {
    const client = new ReconnectingRpcClient({
      host: '127.0.0.1',
      port: this.server.port,
      user,
      protocol: protocols.clientDatanode,
      identity: new ClientIdentity(seededRandom(user)),
      clock: systemClock,
    });
    this.clients.push(client);
    return client;
  }

  /** The RPC port closes, as if the process had ended. */
  hangUp(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }

  async end(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.hangUp();
    await this.replicas.end();
  }

  private listen(): Promise<void> {
    const table = new ProtocolTable();
    const node = {
      store: () => (this.registered ? this.replicas.store : null),
      judge: (user: string, done: (isSuperuser: boolean) => void) => done(user === USER),
      uptimeMs: () => 61_999,
      pause: () => new Promise<void>(setImmediate),
      balancerBandwidth: () => 12_345,
      triggerReport: (incremental: boolean, namenode: string | undefined) => {
        this.orders.push(`report ${incremental} ${namenode}`);
        return namenode !== 'stranger:1';
      },
      shutDown: (forUpgrade: boolean) => void this.orders.push(`end ${forUpgrade}`),
    };
    addClientDatanodeProtocol(table, node);
    addInterDatanodeProtocol(table, node);
    return new Promise((resolve, reject) => {
      RpcServer.listen({ host: '127.0.0.1', port: 0, table, clock: systemClock }, (result) => {
        if (result instanceof Error) {
          reject(result);
          return;
        }
        this.server = result;
        resolve();
      });
    });
  }
}
