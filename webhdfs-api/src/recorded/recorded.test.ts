import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { FailureError } from '@rfs/base/failure';
import { seededRandom } from '@rfs/base/system';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import fastify, { type FastifyInstance } from 'fastify';
import { datanodeWebHdfs } from '../datanode/index.js';
import { namenodeWebHdfs } from '../namenode/index.js';
import type { DfsFiles } from '../operations/index.js';
import { ask, deliberate, type Recorded, refusalIn, type Step, steps } from './answers.fixture.js';
import { RecordedService } from './service.fixture.js';

const service = new RecordedService();
let namenode: FastifyInstance;
let datanode: FastifyInstance;
let current: Recorded | undefined;
let uploaded = '';

/** Files that say what Apache's datanode said. */
const files: DfsFiles = {
  open: async (path) => {
    refuseAsRecorded();
    const body = current?.status === 200 ? (current.body ?? '') : '';
    const offset = Number(/offset=(\d+)/.exec(currentRequest)?.[1] ?? 0);
    const content = path === '/d/empty' ? '' : '.'.repeat(offset) + body;
    return {
      lengthBytes: content.length,
      async *stream(position, lengthBytes) {
        yield Buffer.from(content.slice(position, position + lengthBytes));
      },
    };
  },
  create: async () => writer(),
  append: async () => writer(),
  fileChecksum: async () => {
    refuseAsRecorded();
    const { FileChecksum } = JSON.parse(current!.body!) as { FileChecksum: { algorithm: string; bytes: string } };
    return { algorithm: FileChecksum.algorithm, bytes: Buffer.from(FileChecksum.bytes, 'hex').subarray(0, 28) };
  },
};
let currentRequest = '';

function writer() {
  refuseAsRecorded();
  uploaded = '';
  return {
    write: async (bytes: Uint8Array) => {
      uploaded += Buffer.from(bytes).toString();
    },
    close: async () => undefined,
    abort: () => undefined,
  };
}

function refuseAsRecorded(): void {
  const refusal = refusalIn(current!);
  if (refusal === undefined || refusal.exception === 'EOFException') return;
  throw new FailureError(failure(refusal.exception as ExceptionCode, refusal.message ?? ''));
}

const silent = { error: (text: string, facts: unknown) => assert.fail(`${text} ${JSON.stringify(facts)}`) } as never;

before(async () => {
  namenode = fastify();
  await namenode.register(async (scope) =>
    namenodeWebHdfs({
      service,
      datanodes: {
        live: () => [{ uuid: 'uuid', hostName: 'localhost', ipAddress: '127.0.0.1', transferPort: 7, infoPort: 7 }],
      },
      rpcAddress: () => 'host:7',
      random: seededRandom(1),
      logger: silent,
      defaults: { replication: 1, homePrefix: '/user' },
      staticUser: 'dr.who',
    })(scope),
  );
  await namenode.listen({ host: '127.0.0.1', port: 0 });
  datanode = fastify();
  await datanode.register(async (scope) =>
    datanodeWebHdfs({
      fileSystems: { acquire: () => ({ files, stateId: () => -1, saw: () => undefined, release: () => undefined }) },
      defaultAuthority: 'host:7',
      staticUser: 'dr.who',
      logger: silent,
    })(scope),
  );
  await datanode.listen({ host: '127.0.0.1', port: 0 });
});

after(async () => {
  await namenode.close();
  await datanode.close();
});

function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port;
}

/** The parts of an answer that Apache's are compared by. */
function compared({ status, type, location, body }: Recorded): Recorded {
  return {
    status,
    ...(type === undefined ? {} : { type }),
    ...(location === undefined ? {} : { location }),
    ...(body === undefined ? {} : { body }),
  };
}

async function askNamenode(step: Step): Promise<void> {
  const [method, path] = step.request.split(' ') as [string, string];
  service.step = step;
  service.unexpected = undefined;
  const body = method === 'PUT' || method === 'POST' ? '' : undefined;
  const found = await ask(portOf(namenode), method, `/webhdfs/v1${path}`, { body });
  assert.equal(service.unexpected, undefined);
  const [expected] = step.answers;
  const wanted = deliberate[step.request];
  if (wanted === undefined) assert.deepEqual(compared(found), expected);
  else assert.equal(found.status, wanted.status, wanted.why);
}

async function askDatanode(step: Step): Promise<void> {
  const [method] = step.request.split(' ') as [string];
  const expected = step.answers[1]!;
  current = expected;
  const path = step.answers[0]!.location!.replace('http://host:7', '');
  currentRequest = path;
  const found = await ask(portOf(datanode), method, path, { body: step.body });
  assert.deepEqual(compared(found), expected);
  if (step.body !== undefined && expected.status < 300) assert.equal(uploaded, step.body);
}

for (const step of steps) {
  test(step.request.slice(0, 200), async () => {
    await askNamenode(step);
    if (step.answers.length > 1) await askDatanode(step);
  });
}
