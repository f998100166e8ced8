import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { type Logger, silentLogger } from '@rfs/base/log';
import { seededRandom, systemClock } from '@rfs/base/system';
import { BlockManager, DEFAULT_BLOCK_MANAGER_CONFIG } from '../blocks/index.js';
import { Admission } from './admission.js';
import { readHostFiles } from './host-files.js';

function setUp(t: TestContext, files: { included?: string; excluded?: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-hosts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const passedOver: unknown[] = [];
  const logger: Logger = { ...silentLogger, warn: (_message, facts) => passedOver.push(facts?.word ?? facts?.path) };
  const write = (name: 'included' | 'excluded', text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const path = (name: 'included' | 'excluded') => (files[name] === undefined ? undefined : write(name, files[name]));
  const options = { included: path('included'), excluded: path('excluded'), logger };
  const blocks = new BlockManager(DEFAULT_BLOCK_MANAGER_CONFIG, seededRandom(1));
  const admission = new Admission(blocks, systemClock, () => readHostFiles(options));
  const register = (ipAddr: string, xferPort = 9866) => {
    const names = { hostName: ipAddr, peerHostName: ipAddr, softwareVersion: '3.4.1' };
    const ports = { xferPort, infoPort: 9864, infoSecurePort: 0, ipcPort: 9867 };
    const datanode = blocks.register({ uuid: `${ipAddr}-${xferPort}`, ipAddr, ...names, ...ports }, 1);
    admission.registered(datanode);
    return datanode;
  };
  return { folder, passedOver, write, admission, register };
}

test('without lists everyone is admitted and stays', async (t) => {
  const { admission, register } = setUp(t, {});
  assert.equal(await admission.refresh(), undefined);
  assert.equal(admission.check('10.0.0.1', 9866, 'x'), undefined);
  assert.equal(register('10.0.0.1').adminState, 'NORMAL');
});

test('who is not included, where anyone is, is turned away in the words of HDFS', async (t) => {
  const text = '# the cluster\n10.0.0.1 10.0.0.2:9866 # and more\n\n\t10.0.0.3\r\nlocalhost\n[::1]:9866\nfe80::1\n';
  const { admission, passedOver, write } = setUp(t, { included: text });
  await admission.refresh();
  const admitted = (ip: string, port = 9866): boolean => admission.check(ip, port, 'x') === undefined;
  assert.ok(admitted('10.0.0.1', 1) && admitted('10.0.0.2') && admitted('10.0.0.3') && admitted('127.0.0.1'));
  assert.ok(admitted('::1') && admitted('fe80::1', 7));
  assert.ok(!admitted('10.0.0.2', 9867) && !admitted('10.0.0.4') && !admitted('::1', 9867));
  assert.deepEqual(passedOver, []);
  const refusal = admission.check('10.0.0.4', 9866, '10.0.0.4:9866');
  assert.equal(refusal?.code, 'DisallowedDatanodeException');
  assert.equal(
    refusal?.message,
    'Datanode denied communication with namenode because the host is not in the include-list: 10.0.0.4:9866',
  );
  write('included', '');
  await admission.refresh();
  assert.ok(admitted('10.0.0.4'));
});

test('who is excluded leaves, when it registers or when the lists are read again, and may come back', async (t) => {
  const { admission, register, write } = setUp(t, { excluded: '10.0.0.1:9866\n' });
  await admission.refresh();
  const first = register('10.0.0.1');
  const second = register('10.0.0.1', 9867);
  assert.deepEqual([first.adminState, second.adminState], ['DECOMMISSION_INPROGRESS', 'NORMAL']);
  write('excluded', '10.0.0.1:9867\n');
  await admission.refresh();
  assert.deepEqual([first.adminState, second.adminState], ['NORMAL', 'DECOMMISSION_INPROGRESS']);
  write('excluded', '10.0.0.1\n');
  await admission.refresh();
  assert.deepEqual([first.adminState, second.adminState], ['DECOMMISSION_INPROGRESS', 'DECOMMISSION_INPROGRESS']);
});

test('words that are no hosts are passed over; a list that cannot be read leaves the old ones', async (t) => {
  const { admission, folder, passedOver, register, write } = setUp(t, { excluded: '10.0.0.1\n' });
  await admission.refresh();
  const datanode = register('10.0.0.1');
  rmSync(join(folder, 'excluded'));
  const refusal = await admission.refresh();
  assert.ok(isFailure(refusal));
  assert.equal(refusal.message, `The list of hosts ${join(folder, 'excluded')} cannot be read`);
  assert.equal(datanode.adminState, 'DECOMMISSION_INPROGRESS');
  write('excluded', 'a:b:c:x 10.0.0.1:9866\n');
  assert.equal(await admission.refresh(), undefined);
  assert.deepEqual(passedOver, [join(folder, 'excluded'), 'a:b:c:x']);
  assert.equal(datanode.adminState, 'DECOMMISSION_INPROGRESS');
});
