import type { ExtendedBlockProto } from '@rfs/protocol/messages';
import type { Call } from '../load/index.js';

export const BLOCK_BYTES = 128 * 1024 * 1024;
const CLIENT = 'bench';
const FILE_MODE = { perm: 0o644 };
const FOLDER_MODE = { perm: 0o755 };
/** CreateFlagProto.CREATE. */
const CREATE = 1;

export function getFileInfo(src: string): Call {
  return { method: 'getFileInfo', message: { src } };
}

export function mkdirs(src: string): Call {
  return { method: 'mkdirs', message: { src, masked: FOLDER_MODE, createParent: true } };
}

export function create(src: string): Call {
  return {
    method: 'create',
    message: {
      src,
      masked: FILE_MODE,
      clientName: CLIENT,
      createFlag: CREATE,
      createParent: true,
      replication: 3,
      blockSize: BLOCK_BYTES,
      cryptoProtocolVersion: [],
    },
  };
}

export function addBlock(src: string): Call {
  return { method: 'addBlock', message: { src, clientName: CLIENT, excludeNodes: [], favoredNodes: [], flags: [] } };
}

export function complete(src: string, last?: ExtendedBlockProto): Call {
  return { method: 'complete', message: { src, clientName: CLIENT, last } };
}

export function listing(src: string): Call {
  return { method: 'getListing', message: { src, startAfter: new Uint8Array(0), needLocation: false } };
}

export function locations(src: string): Call {
  return { method: 'getBlockLocations', message: { src, offset: 0, length: BLOCK_BYTES } };
}

export function rename(src: string, dst: string): Call {
  return { method: 'rename2', message: { src, dst, overwriteDest: false } };
}

export function remove(src: string, recursive = false): Call {
  return { method: 'delete', message: { src, recursive } };
}
