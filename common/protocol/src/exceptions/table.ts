/**
 * What a client does on its own when it meets the exception:
 * - `failover`: goes to the next namenode (RetryPolicies.FailoverOnNetworkExceptionRetry)
 * - `active`: an observer sends it to the active (ObserverReadProxyProvider)
 * - `again`: repeats the same call on the same server after a pause, with the same call id
 * - `caller`: the calling code has a loop of its own for it (DFSOutputStream, DFSInputStream, the lease code)
 * - `never`: it is the answer
 */
export type RetryMeaning = 'failover' | 'active' | 'again' | 'caller' | 'never';

export interface ExceptionRow {
  /** What travels in RpcResponseHeaderProto.exceptionClassName; clients compare it letter by letter. */
  readonly javaClass: string;
  /** What WebHDFS answers (org.apache.hadoop.hdfs.web.resources.ExceptionHandler: by Java's class tree). */
  readonly httpStatus: 400 | 403 | 404 | 500;
  readonly retry: RetryMeaning;
}

/** An IOException, as most are: WebHDFS says 403. */
function io(javaClass: string, retry: RetryMeaning = 'never'): ExceptionRow {
  return { javaClass, httpStatus: 403, retry };
}

/** A RuntimeException about arguments or abilities: WebHDFS says 400. */
function argument(javaClass: string): ExceptionRow {
  return { javaClass, httpStatus: 400, retry: 'never' };
}

/** A RuntimeException of another kind: WebHDFS says 500. */
function runtime(javaClass: string): ExceptionRow {
  return { javaClass, httpStatus: 500, retry: 'never' };
}

/** Every exception that rfs sends or understands; the code is Java's simple class name. */
export const exceptionTable = {
  // Java's own
  ConnectException: io('java.net.ConnectException', 'failover'),
  EOFException: io('java.io.EOFException', 'failover'),
  FileNotFoundException: { javaClass: 'java.io.FileNotFoundException', httpStatus: 404, retry: 'never' },
  IOException: io('java.io.IOException'),
  IllegalArgumentException: argument('java.lang.IllegalArgumentException'),
  IllegalStateException: runtime('java.lang.IllegalStateException'),
  InterruptedIOException: io('java.io.InterruptedIOException'),
  NullPointerException: runtime('java.lang.NullPointerException'),
  SecurityException: { javaClass: 'java.lang.SecurityException', httpStatus: 403, retry: 'never' },
  SocketTimeoutException: io('java.net.SocketTimeoutException', 'failover'),
  UnknownHostException: io('java.net.UnknownHostException', 'failover'),
  UnsupportedOperationException: argument('java.lang.UnsupportedOperationException'),

  // org.apache.hadoop.ipc
  IpcException: io('org.apache.hadoop.ipc.IpcException'),
  ObserverRetryOnActiveException: io('org.apache.hadoop.ipc.ObserverRetryOnActiveException', 'active'),
  RemoteException: io('org.apache.hadoop.ipc.RemoteException'),
  RetriableException: io('org.apache.hadoop.ipc.RetriableException', 'again'),
  RpcException: io('org.apache.hadoop.ipc.RpcException'),
  RpcNoSuchMethodException: io('org.apache.hadoop.ipc.RpcNoSuchMethodException'),
  RpcNoSuchProtocolException: io('org.apache.hadoop.ipc.RpcNoSuchProtocolException'),
  RpcServerException: io('org.apache.hadoop.ipc.RpcServerException'),
  StandbyException: io('org.apache.hadoop.ipc.StandbyException', 'failover'),
  VersionMismatch: io('org.apache.hadoop.ipc.RPC$VersionMismatch'),

  // org.apache.hadoop.fs, .ha, .security
  AccessControlException: io('org.apache.hadoop.security.AccessControlException'),
  AuthorizationException: io('org.apache.hadoop.security.authorize.AuthorizationException'),
  ChecksumException: io('org.apache.hadoop.fs.ChecksumException', 'caller'),
  DirectoryListingStartAfterNotFoundException: io('org.apache.hadoop.fs.DirectoryListingStartAfterNotFoundException'),
  FileAlreadyExistsException: io('org.apache.hadoop.fs.FileAlreadyExistsException'),
  HadoopIllegalArgumentException: argument('org.apache.hadoop.HadoopIllegalArgumentException'),
  HealthCheckFailedException: io('org.apache.hadoop.ha.HealthCheckFailedException'),
  InvalidPathException: argument('org.apache.hadoop.fs.InvalidPathException'),
  InvalidPathHandleException: io('org.apache.hadoop.fs.InvalidPathHandleException'),
  InvalidRequestException: io('org.apache.hadoop.fs.InvalidRequestException'),
  InvalidToken: io('org.apache.hadoop.security.token.SecretManager$InvalidToken'),
  ParentNotDirectoryException: io('org.apache.hadoop.fs.ParentNotDirectoryException'),
  PathIsNotDirectoryException: io('org.apache.hadoop.fs.PathIsNotDirectoryException'),
  PathIsNotEmptyDirectoryException: io('org.apache.hadoop.fs.PathIsNotEmptyDirectoryException'),
  ServiceFailedException: io('org.apache.hadoop.ha.ServiceFailedException'),
  UnresolvedLinkException: io('org.apache.hadoop.fs.UnresolvedLinkException', 'caller'),

  // org.apache.hadoop.hdfs, .hdfs.protocol
  AclException: io('org.apache.hadoop.hdfs.protocol.AclException'),
  AlreadyBeingCreatedException: io('org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException', 'caller'),
  BlockMissingException: io('org.apache.hadoop.hdfs.BlockMissingException', 'caller'),
  DSQuotaExceededException: io('org.apache.hadoop.hdfs.protocol.DSQuotaExceededException'),
  InvalidEncryptionKeyException: io('org.apache.hadoop.hdfs.protocol.datatransfer.InvalidEncryptionKeyException'),
  MaxDirectoryItemsExceededException: io(
    'org.apache.hadoop.hdfs.protocol.FSLimitException$MaxDirectoryItemsExceededException',
  ),
  NSQuotaExceededException: io('org.apache.hadoop.hdfs.protocol.NSQuotaExceededException'),
  NoECPolicySetException: io('org.apache.hadoop.hdfs.protocol.NoECPolicySetException'),
  PathComponentTooLongException: io('org.apache.hadoop.hdfs.protocol.FSLimitException$PathComponentTooLongException'),
  QuotaByStorageTypeExceededException: io('org.apache.hadoop.hdfs.protocol.QuotaByStorageTypeExceededException'),
  QuotaExceededException: io('org.apache.hadoop.hdfs.protocol.QuotaExceededException'),
  RecoveryInProgressException: io('org.apache.hadoop.hdfs.protocol.RecoveryInProgressException', 'caller'),
  RollingUpgradeException: io('org.apache.hadoop.hdfs.protocol.RollingUpgradeException'),
  SnapshotAccessControlException: io('org.apache.hadoop.hdfs.protocol.SnapshotAccessControlException'),
  SnapshotException: io('org.apache.hadoop.hdfs.protocol.SnapshotException'),
  UnknownCryptoProtocolVersionException: io('org.apache.hadoop.hdfs.UnknownCryptoProtocolVersionException'),
  UnregisteredNodeException: io('org.apache.hadoop.hdfs.protocol.UnregisteredNodeException'),
  UnresolvedPathException: io('org.apache.hadoop.hdfs.protocol.UnresolvedPathException', 'caller'),
  XAttrNotFoundException: io('org.apache.hadoop.hdfs.protocol.XAttrNotFoundException'),

  // org.apache.hadoop.hdfs.server
  DisallowedDatanodeException: io('org.apache.hadoop.hdfs.server.protocol.DisallowedDatanodeException'),
  IllegalReservedPathException: io('org.apache.hadoop.hdfs.server.namenode.IllegalReservedPathException'),
  InconsistentFSStateException: io('org.apache.hadoop.hdfs.server.common.InconsistentFSStateException'),
  IncorrectVersionException: io('org.apache.hadoop.hdfs.server.common.IncorrectVersionException'),
  InvalidBlockReportLeaseException: io('org.apache.hadoop.hdfs.server.protocol.InvalidBlockReportLeaseException'),
  LeaseExpiredException: io('org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException'),
  NotReplicatedYetException: io('org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException', 'caller'),
  ReplicaAlreadyExistsException: io('org.apache.hadoop.hdfs.server.datanode.ReplicaAlreadyExistsException'),
  ReplicaNotFoundException: io('org.apache.hadoop.hdfs.server.datanode.ReplicaNotFoundException', 'caller'),
  SafeModeException: io('org.apache.hadoop.hdfs.server.namenode.SafeModeException'),
  UnexpectedReplicaStateException: io('org.apache.hadoop.hdfs.server.datanode.UnexpectedReplicaStateException'),
  UnsupportedActionException: io('org.apache.hadoop.hdfs.server.namenode.UnsupportedActionException'),
} as const satisfies Record<string, ExceptionRow>;

/** Names a row of the table: what `Failure.code` holds everywhere in rfs. */
export type ExceptionCode = keyof typeof exceptionTable;
