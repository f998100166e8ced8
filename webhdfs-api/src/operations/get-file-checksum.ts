import { JSON_TYPE, jsonHeaders, sendText } from '../http/index.js';
import { integer, named, record, string } from '../replies/index.js';
import type { DataOperation } from './operation.js';

interface FileChecksumJson {
  readonly algorithm: string;
  readonly bytes: string;
  readonly length: number;
}

const checksumReply = named(
  'FileChecksum',
  record<FileChecksumJson>({ algorithm: string, bytes: string, length: integer }),
);

/** MD5MD5CRC32FileChecksum is 28 bytes long; Apache prints the 32 bytes of the buffer it lies in. */
const PRINTED_BYTES = 32;

/** WebHdfsHandler.onGetFileChecksum. */
export const getFileChecksum: DataOperation = {
  kind: 'data',
  name: 'GETFILECHECKSUM',
  method: 'GET',
  summary: "A checksum of a file's bytes.",
  parameters: [],
  reply: checksumReply.schema,
  nearness: 'last block',
  carried: [],
  alwaysCarried: [],
  statuses: [200],
  async serve({ path, files, request, response }) {
    const { algorithm, bytes } = await files.fileChecksum(path);
    const hex = Buffer.from(bytes)
      .toString('hex')
      .padEnd(2 * PRINTED_BYTES, '0');
    const json = checksumReply.write({ algorithm, bytes: hex, length: bytes.length });
    sendText(response, 200, jsonHeaders(request, `${JSON_TYPE}; charset=utf-8`), json);
  },
};
