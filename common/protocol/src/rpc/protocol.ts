import type { Codec } from '@rfs/base/bytes';
import {
  ClientDatanodeProtocolMethods,
  ClientNamenodeProtocolMethods,
  DatanodeProtocolMethods,
  GetUserMappingsProtocolMethods,
  HAServiceProtocolMethods,
  InterDatanodeProtocolMethods,
  NamenodeProtocolMethods,
  ProtocolInfoMethods,
  RefreshAuthorizationPolicyProtocolMethods,
  RefreshCallQueueProtocolMethods,
  RefreshUserMappingsProtocolMethods,
} from '../messages/index.js';

/** The calls of a protocol, as tools/protogen writes them from a `service` block. */
export type MethodSet = Readonly<
  Record<string, { readonly request: Codec<unknown>; readonly response: Codec<unknown> }>
>;

/** The message of a codec. */
export type MessageOf<C> = C extends Codec<infer Message> ? Message : never;

/** A protocol as it is called on the wire. */
export interface Protocol<Methods extends MethodSet> {
  /** RequestHeaderProto.declaringClassProtocolName. */
  readonly name: string;
  /** RequestHeaderProto.clientProtocolVersion; 1 in all of HDFS. */
  readonly version: number;
  readonly methods: Methods;
  /** Its requests hold views of the bytes that they were decoded from (rfs_view), and outlive the call. */
  readonly keepsBytes?: boolean;
}

/** Names a protocol and its calls. */
function defineProtocol<Methods extends MethodSet>(name: string, methods: Methods, version = 1): Protocol<Methods> {
  return { name, version, methods };
}

/** Hadoop's protocols by their short names; the wire names are those of the @ProtocolInfo annotations. */
export const protocols = {
  client: defineProtocol('org.apache.hadoop.hdfs.protocol.ClientProtocol', ClientNamenodeProtocolMethods),
  datanode: defineProtocol('org.apache.hadoop.hdfs.server.protocol.DatanodeProtocol', DatanodeProtocolMethods),
  namenode: defineProtocol('org.apache.hadoop.hdfs.server.protocol.NamenodeProtocol', NamenodeProtocolMethods),
  clientDatanode: defineProtocol(
    'org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol',
    ClientDatanodeProtocolMethods,
  ),
  interDatanode: defineProtocol(
    'org.apache.hadoop.hdfs.server.protocol.InterDatanodeProtocol',
    InterDatanodeProtocolMethods,
  ),
  haService: defineProtocol('org.apache.hadoop.ha.HAServiceProtocol', HAServiceProtocolMethods),
  protocolInfo: defineProtocol('org.apache.hadoop.ipc.ProtocolMetaInfoPB', ProtocolInfoMethods),
  refreshUserMappings: defineProtocol(
    'org.apache.hadoop.security.RefreshUserMappingsProtocol',
    RefreshUserMappingsProtocolMethods,
  ),
  refreshAuthorizationPolicy: defineProtocol(
    'org.apache.hadoop.security.authorize.RefreshAuthorizationPolicyProtocol',
    RefreshAuthorizationPolicyProtocolMethods,
  ),
  refreshCallQueue: defineProtocol('org.apache.hadoop.ipc.RefreshCallQueueProtocol', RefreshCallQueueProtocolMethods),
  getUserMappings: defineProtocol('org.apache.hadoop.tools.GetUserMappingsProtocol', GetUserMappingsProtocolMethods),
} as const;
