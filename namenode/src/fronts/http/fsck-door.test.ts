import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@rfs/base/log';
import { Metrics } from '@rfs/base/metrics';
import { fsckDoor, openHttp, type TextOutput } from './index.js';

test('a check is given who asks for what, and its text is the answer', async (t) => {
  const asked: string[] = [];
  const start = (request: { parameters: URLSearchParams; user: string; address: string }, output: TextOutput): void => {
    asked.push(`${request.user} ${request.address} ${request.parameters.get('path')}`);
    output.write('first\n');
    output.write('the filesystem is HEALTHY');
    output.end();
  };
  const view = { snapshot: () => assert.fail('nobody looks') };
  const plugins = [fsckDoor({ staticUser: 'dr.who', start })];
  const door = await openHttp({
    host: '127.0.0.1',
    port: 0,
    view,
    metrics: new Metrics(),
    logger: silentLogger,
    plugins,
  });
  t.after(() => door.close());
  const base = `http://${door.host}:${door.port}/fsck`;
  const answer = await fetch(`${base}?ugi=alice,staff&path=%2Fd%20e`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/plain;charset=utf-8');
  assert.equal(await answer.text(), 'first\nthe filesystem is HEALTHY');
  await (await fetch(`${base}?path=/`)).text();
  await (await fetch(`${base}?user.name=bob&ugi=alice`)).text();
  assert.deepEqual(asked, ['alice 127.0.0.1 /d e', 'dr.who 127.0.0.1 /', 'bob 127.0.0.1 null']);
});
