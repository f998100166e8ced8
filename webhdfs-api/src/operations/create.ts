import { encodePath } from '../http/index.js';
import { parameters } from '../parameters/index.js';
import type { CreateOptions, DataOperation, Transfer } from './operation.js';
import { receive } from './upload.js';
import { DEFAULT_FILE_MODE } from './values.js';

const carried = [
  parameters.blockSize,
  parameters.bufferSize,
  parameters.createFlag,
  parameters.createParent,
  parameters.overwrite,
  parameters.permission,
  parameters.replication,
  parameters.unmaskedPermission,
] as const;

function optionsOf({ query }: Transfer): CreateOptions {
  const flags = query.get(parameters.createFlag);
  const replication = query.get(parameters.replication);
  const blockSizeBytes = query.get(parameters.blockSize);
  return {
    overwrite: query.get(parameters.overwrite) || flags.includes('OVERWRITE'),
    createParent: query.get(parameters.createParent),
    // As it is given: the client has applied its umask (WebHDFS's servers have none).
    mode: query.get(parameters.permission) ?? DEFAULT_FILE_MODE,
    lazyPersist: flags.includes('LAZY_PERSIST'),
    ...(replication === undefined ? {} : { replication }),
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes }),
  };
}

/** WebHdfsHandler.onCreate. */
export const create: DataOperation = {
  kind: 'data',
  name: 'CREATE',
  method: 'PUT',
  summary: 'Makes a file of the bytes in the body.',
  parameters: [...carried],
  reply: undefined,
  nearness: 'anywhere',
  carried: [...carried],
  alwaysCarried: [parameters.createFlag, parameters.createParent, parameters.overwrite],
  statuses: [201],
  async serve(transfer) {
    const { path, files, fileSystem } = transfer;
    const file = await files.create(path, optionsOf(transfer));
    await receive(transfer.body(), file);
    const headers = {
      Location: fileSystem + encodePath(path),
      'Content-Length': 0,
      'Access-Control-Allow-Origin': '*',
    };
    transfer.response.writeHead(201, headers);
    transfer.response.end();
  },
};
