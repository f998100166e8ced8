import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { seededRandom } from '@rfs/base/system';
import { failure } from '@rfs/protocol/exceptions';
import type { CallContext, ClientService } from '@rfs/protocol/service';
import fastify, { type FastifyInstance } from 'fastify';
import { operations } from '../operations/index.js';
import { type Asked, ask } from '../recorded/answers.fixture.js';
import { type Json, statusFrom } from '../recorded/messages.fixture.js';
import { namenodeWebHdfs } from './index.js';
import type { NamenodeWebOptions, WebDatanode } from './options.js';

type Responder = (method: string, request: never) => unknown;

interface Heard {
  readonly method: string;
  readonly request: unknown;
  readonly context: CallContext;
}

const open: FastifyInstance[] = [];
after(async () => {
  for (const app of open) await app.close();
});

/** A namenode's door over a service that answers as `respond` says. */
async function door(
  respond: Responder,
  options: Partial<NamenodeWebOptions> = {},
): Promise<{ get: (path: string, headers?: Record<string, string>) => Promise<Asked>; port: number; heard: Heard[] }> {
  const heard: Heard[] = [];
  const service: ClientService = {
    stateId: 7,
    call: (method, request, context, sink) => {
      heard.push({ method, request, context });
      sink.reply(respond(method, request as never) as never);
    },
  };
  const app = fastify();
  open.push(app);
  await app.register(async (scope) =>
    namenodeWebHdfs({
      service,
      datanodes: { live: () => [] },
      rpcAddress: () => 'nn:8020',
      random: seededRandom(1),
      logger: { error: (text: string, facts: unknown) => assert.fail(`${text} ${JSON.stringify(facts)}`) } as never,
      defaults: { replication: 3, homePrefix: '/user' },
      staticUser: 'dr.who',
      ...options,
    })(scope),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.addresses()[0] as AddressInfo;
  return { port, heard, get: (path, headers = {}) => ask(port, 'GET', `/webhdfs/v1${path}`, { headers }) };
}

function file(length: number, pathSuffix = ''): object {
  return statusFrom({ type: 'FILE', length, permission: '644', owner: 'a', group: 'b', pathSuffix } as unknown as Json);
}

function node(uuid: string, ipAddress: string, hostName = `${uuid}.example`): WebDatanode {
  return { uuid, ipAddress, hostName, transferPort: 9866, infoPort: 9864 };
}

const longFile: Responder = (method) =>
  method === 'getFileInfo'
    ? { fs: file(1000) }
    : { locations: { blocks: [{ locs: [{ id: { datanodeUuid: 'gone' } }, { id: { datanodeUuid: 'far' } }] }] } };

test('JSON has a type for everybody but Java, whose client may lack what it needs to read it', async () => {
  const { get } = await door(() => ({ fs: file(1) }));
  assert.equal((await get('/f?op=GETFILESTATUS')).type, 'application/json');
  const java = await get('/f?op=GETFILESTATUS', { 'User-Agent': 'Java/17.0.9' });
  assert.equal(java.type, undefined);
  assert.match(java.body!, /^\{"FileStatus"/);
  assert.equal((await get('/f?op=NOPE', { 'User-Agent': 'Java/17.0.9' })).type, undefined);
});

test('browsers and caches are told what to leave alone, of refusals and redirects as well', async () => {
  const { get } = await door(longFile, { datanodes: { live: () => [node('far', '10.0.0.9')] } });
  for (const question of ['/?op=GETHOMEDIRECTORY', '/d?op=NOPE', '/f?op=OPEN']) {
    const { headers } = await get(question);
    const said = ['cache-control', 'pragma', 'x-content-type-options', 'x-frame-options', 'x-xss-protection'];
    assert.deepEqual(
      said.map((name) => headers[name]),
      ['no-cache', 'no-cache', 'nosniff', 'SAMEORIGIN', '1; mode=block'],
    );
  }
});

test('every answer tells the state it was read from, and a client may ask for one', async () => {
  const { get, heard } = await door(longFile, { datanodes: { live: () => [node('far', '10.0.0.9')] } });
  for (const path of ['/?op=GETHOMEDIRECTORY', '/f?op=NOPE', '/f?op=OPEN']) {
    assert.equal((await get(path)).headers['x-rfs-state-id'], '7');
  }
  await get('/f?op=OPEN', { 'X-RFS-State-Id': '12' });
  assert.equal(heard.at(-1)!.context.stateId, 12);
  await get('/f?op=OPEN', { 'X-RFS-State-Id': 'x' });
  assert.equal(heard.at(-2)!.context.stateId, -1);
});

test("an answer that the leader gave carries the leader's state, and later calls of the request ask for it", async () => {
  const { get, heard } = await door(() => ({ fs: file(3) }), {
    service: {
      stateId: 7,
      call: (method, request, context, sink) => {
        heard.push({ method, request, context });
        if (method === 'getFileInfo') sink.reply({ fs: file(3) } as never, 90);
        else sink.reply({ locations: undefined } as never);
      },
    },
    datanodes: {
      live: () => [{ uuid: 'u', hostName: 'dn', ipAddress: '10.0.0.1', transferPort: 9866, infoPort: 9864 }],
    },
  });
  const asked = await get('/f?op=GETFILESTATUS');
  assert.equal(asked.headers['x-rfs-state-id'], '90');
  const redirected = await get('/f?op=OPEN', { 'X-RFS-State-Id': '12' });
  assert.match(String(redirected.headers.location), /stateid=90$/);
  assert.deepEqual(
    heard.map(({ context }) => context.stateId),
    [-1, 12, 90],
  );
});

test('a redirect goes to the datanode on the host of the client, whatever the offset', async () => {
  const live = () => [node('near', '127.0.0.1'), node('far', '10.0.0.9')];
  const { get } = await door(longFile, { datanodes: { live } });
  for (const query of ['op=OPEN', 'op=OPEN&offset=999', 'op=GETFILECHECKSUM']) {
    assert.match((await get(`/f?${query}`)).location!, /^http:\/\/127\.0\.0\.1:9864|^http:\/\/host:7/);
  }
});

test('without one there, to the nearest that has the block and is alive and wanted', async () => {
  const live = () => [node('far', '10.0.0.9'), node('other', '10.0.0.8')];
  const { get } = await door(longFile, { datanodes: { live } });
  const host = async (query: string) => new URL((await get(`/f?op=OPEN&${query}`)).location!).host;
  assert.equal(await host(''), '10.0.0.9:9864');
  for (const excluded of ['far.example', '10.0.0.9', 'a:1,far.example:9866', '10.0.0.9:9864']) {
    assert.equal(await host(`excludedatanodes=${excluded}`), '10.0.0.8:9864');
  }
  assert.equal((await get('/f?op=OPEN&excludedatanodes=10.0.0.9,10.0.0.8')).status, 403);
});

test('a redirect names a host that the client can reach', async () => {
  const host = async (ip: string, header: string, redirectBy?: 'hostname' | 'address') => {
    const live = () => [node('far', ip)];
    const { get } = await door(longFile, { datanodes: { live }, ...(redirectBy === undefined ? {} : { redirectBy }) });
    return new URL((await get('/f?op=OPEN', { Host: header })).location!.replace('host:7', 'loopback:7')).hostname;
  };
  assert.equal(await host('10.0.0.9', 'namenode:9870'), 'far.example');
  assert.equal(await host('10.0.0.9', '10.0.0.1:9870'), '10.0.0.9');
  assert.equal(await host('10.0.0.9', 'namenode:9870', 'address'), '10.0.0.9');
  assert.equal(await host('10.0.0.9', '10.0.0.1:9870', 'hostname'), 'far.example');
  assert.equal(await host('127.0.0.3', 'localhost:9870'), 'loopback');
});

test('a client that waits with its body is redirected without being asked for it', async () => {
  const { port } = await door(longFile, { datanodes: { live: () => [node('far', '10.0.0.9')] } });
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    socket.on('error', reject).on('end', () => resolve(text));
    socket.write(
      'PUT /webhdfs/v1/f?op=CREATE HTTP/1.1\r\nHost: n\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
    );
  });
  assert.match(answer, /^HTTP\/1\.1 307 /);
  assert.match(answer, /^connection: close/im);
});

test('a large directory is written page by page', async () => {
  const pages = [
    { partialListing: [file(1, 'a'), file(1, 'b')], remainingEntries: 1 },
    { partialListing: [file(1, 'c')], remainingEntries: 0 },
  ];
  const after: string[] = [];
  const { get } = await door((_method, request: { startAfter: Uint8Array }) => {
    after.push(Buffer.from(request.startAfter).toString());
    return { dirList: pages[after.length - 1] };
  });
  const { body } = await get('/d?op=LISTSTATUS');
  const listed = JSON.parse(body!) as { FileStatuses: { FileStatus: { pathSuffix: string }[] } };
  assert.deepEqual(
    listed.FileStatuses.FileStatus.map(({ pathSuffix }) => pathSuffix),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(after, ['', 'b']);
  assert.equal(body!.split('\n').length, 6);
});

test('a call has an id of its own, and the client it comes from', async () => {
  const { get, heard } = await door(() => ({ fs: file(1) }), { proxyServers: new Set(['127.0.0.1']) });
  await get('/f?op=GETFILESTATUS&user.name=ann');
  await get('/f?op=GETFILESTATUS', { 'X-Forwarded-For': '10.9.9.9, 10.1.1.1' });
  const [first, second] = heard.map(({ context }) => context);
  assert.equal(first!.user, 'ann');
  assert.equal(first!.clientAddress, '127.0.0.1');
  assert.equal(second!.user, 'dr.who');
  assert.equal(second!.clientAddress, '10.9.9.9');
  assert.deepEqual(first!.clientId, second!.clientId);
  assert.equal(first!.clientId.length, 16);
  assert.notEqual(first!.callId, second!.callId);
});

test('a user acts for another one when the rules allow it', async () => {
  const refused = failure('AuthorizationException', 'User: bob is not allowed to impersonate ann');
  const { get, heard } = await door(() => ({ fs: file(1) }), {
    authorize: (_user, realUser, _address, done) => done(realUser === 'oozie' ? undefined : refused),
  });
  assert.equal((await get('/f?op=GETFILESTATUS&user.name=oozie&doas=ann')).status, 200);
  assert.equal(heard[0]!.context.user, 'ann');
  assert.equal(heard[0]!.context.realUser, 'oozie');
  const denial = await get('/f?op=GETFILESTATUS&user.name=bob&doas=ann');
  assert.equal(denial.status, 403);
  assert.equal(
    denial.body,
    `{
  "RemoteException" : {
    "message" : "User: bob is not allowed to impersonate ann",
    "exception" : "AuthorizationException",
    "javaClassName" : "org.apache.hadoop.security.authorize.AuthorizationException"
  }
}`,
  );
  assert.equal((await get('/f?op=NOSUCH&user.name=bob&doas=ann')).status, 403);
  assert.equal(heard.length, 1);
});

test('names of users follow the configured pattern', async () => {
  const { get } = await door(() => ({ fs: file(1) }), { userPattern: '[0-9]+@[A-Z]+' });
  assert.equal((await get('/f?op=GETFILESTATUS&user.name=12@AB')).status, 200);
  assert.match(
    (await get('/f?op=GETFILESTATUS&user.name=ann')).body!,
    /does not belong to the domain \[0-9]\+@\[A-Z]\+"/,
  );
});

test('what a body says of itself does not matter', async () => {
  const { port } = await door(() => ({ result: true }));
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', '/']) {
    const headers = { 'Content-Type': type };
    const found = await ask(port, 'PUT', '/webhdfs/v1/d?op=MKDIRS', { headers, body: 'no JSON' });
    assert.equal(found.body, '{"boolean":true}', type);
  }
});

test('what Apache has and rfs has not is refused as unsupported', async () => {
  const { get } = await door(() => assert.fail());
  const { status, body } = await get('/f?op=getaclstatus');
  assert.equal(status, 400);
  assert.match(body!, /"UnsupportedOperationException".*"op=GETACLSTATUS is not supported"/);
});

test('the description names every operation', async () => {
  const { port } = await door(() => assert.fail());
  const { body } = await ask(port, 'GET', '/openapi.json');
  const document = JSON.parse(body!) as { paths: Record<string, Record<string, { parameters: { name: string }[] }>> };
  const [path] = Object.values(document.paths);
  for (const { name, method, parameters } of operations) {
    const described = path![method.toLowerCase()]!;
    assert.ok(JSON.stringify(described.parameters[0]).includes(`"${name}"`), name);
    const known = new Set(described.parameters.map((parameter) => parameter.name));
    for (const parameter of parameters) assert.ok(known.has(parameter.name), `${name} ${parameter.name}`);
  }
});
