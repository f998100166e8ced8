import { parameters } from '../parameters/index.js';
import type { DataOperation } from './operation.js';
import { receive } from './upload.js';

/** WebHdfsHandler.onAppend. */
export const append: DataOperation = {
  kind: 'data',
  name: 'APPEND',
  method: 'POST',
  summary: 'Puts the bytes in the body behind those of a file.',
  parameters: [parameters.bufferSize],
  reply: undefined,
  nearness: 'last block',
  carried: [parameters.bufferSize],
  alwaysCarried: [],
  statuses: [200],
  async serve(transfer) {
    const file = await transfer.files.append(transfer.path);
    await receive(transfer.body(), file);
    transfer.response.writeHead(200, { 'Content-Length': 0 });
    transfer.response.end();
  },
};
