/** First bytes of a connection: "hrpc", version, service class, authentication (RpcConstants, Server.Connection). */
export const CONNECTION_HEADER_BYTES = 7;
export const MAGIC = 0x68727063;
/** "GET ": somebody points a browser at the RPC port. */
export const MAGIC_HTTP_GET = 0x47455420;
export const RPC_VERSION = 9;

export const AUTH_NONE = 0;
/** -33 as an unsigned byte. */
export const AUTH_SASL = 223;

/** Call ids below zero belong to the connection itself (RpcConstants, Server.AuthProtocol). */
/** In answers to what could not be read (Server.Connection). */
export const CALL_ID_NONE = -1;
export const CALL_ID_CONTEXT = -3;
export const CALL_ID_PING = -4;
export const CALL_ID_SASL = -33;

/** RpcConstants.INVALID_RETRY_COUNT. */
export const NO_RETRY_COUNT = -1;
export const NO_CLIENT_ID = new Uint8Array(0);
export const CLIENT_ID_BYTES = 16;
