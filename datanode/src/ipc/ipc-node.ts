import type { ReplicaStore } from '../store/index.js';

/** What the RPC port needs of its datanode. */
export interface IpcNode {
  /** The replicas; null while no namenode has said which namespace it is. */
  store(): ReplicaStore | null;
  /** Tells, now or later, whether a user may give the datanode orders. */
  judge(user: string, done: (isSuperuser: boolean) => void): void;
  /** How long the datanode has been running. */
  uptimeMs(): number;
  /** Ends the present slice of long work. */
  pause(): Promise<void>;
  /** Bytes a second that the balancer may use. */
  balancerBandwidth(): number;
  /** Makes a report due. @param namenode `host:port` of the only one to get it. False when there is none of that name */
  triggerReport(incremental: boolean, namenode: string | undefined): boolean;
  /** The datanode is to end, once the answer has had time to leave. */
  shutDown(forUpgrade: boolean): void;
}
