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

function setUp(t: TestContext, files: { included?: string; excluded?: string }, combined = false) {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-hosts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const passedOver: unknown[] = [];
  const logger: Logger = { ...silentLogger, warn: (_message, facts) => passedOver.push(facts?.word ?? facts?.path) };
  const write = (name: 'included' | 'excluded', text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const path = (name: 'included' | 'excluded') => (files[name] === undefined ? undefined : write(name, files[name]));
  const options = { included: path('included'), excluded: path('excluded'), combined, logger };
  const blocks = new BlockManager(DEFAULT_BLOCK_MANAGER_CONFIG, seededRandom(1));
  const admission = new Admission(blocks, systemClock, () => readHostFiles(options));
  const register = (ipAddr: string, xferPort = 9866) => {
    const names = { hostName: ipAddr, peerHostName: ipAddr, softwareVersion: '3.4.1' };
    const ports = { xferPort, infoPort: 9864, infoSecurePort: 0, ipcPort: 9867 };
    const datanode = blocks.fromDatanodes.register({ uuid: `${ipAddr}-${xferPort}`, ipAddr, ...names, ...ports }, 1);
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

test('one list in JSON says who serves, who leaves and who is in maintenance, and until when', async (t) => {
  const text = JSON.stringify([
    { hostName: '10.0.0.1' },
    { hostName: '10.0.0.2', port: 9866, adminState: 'DECOMMISSIONED', upgradeDomain: '2' },
    { hostName: '10.0.0.3', adminState: 'IN_MAINTENANCE' },
    { hostName: '10.0.0.4', adminState: 'IN_MAINTENANCE', maintenanceExpireTimeInMS: 1 },
  ]);
  const { admission, register, write } = setUp(t, { included: text }, true);
  assert.equal(await admission.refresh(), undefined);
  const nodes = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((ip) => register(ip));
  const states = () => nodes.map(({ adminState }) => adminState);
  assert.deepEqual(states(), ['NORMAL', 'DECOMMISSION_INPROGRESS', 'ENTERING_MAINTENANCE', 'NORMAL']);
  assert.equal(admission.check('10.0.0.5', 9866, 'x')?.code, 'DisallowedDatanodeException');
  assert.equal(admission.check('10.0.0.2', 9867, 'x')?.code, 'DisallowedDatanodeException');

  const until = systemClock.nowMs() + 60_000;
  write('included', `{"hostName":"10.0.0.2","adminState":"IN_MAINTENANCE","maintenanceExpireTimeInMS":${until}}`);
  assert.equal(await admission.refresh(), undefined);
  assert.deepEqual(states(), ['NORMAL', 'ENTERING_MAINTENANCE', 'NORMAL', 'NORMAL']);
  assert.equal(admission.check('10.0.0.5', 9866, 'x'), undefined, 'nobody is named that serves: all are admitted');
  assert.ok(Math.abs((nodes[1]?.maintenanceUntilMs ?? 0) - systemClock.monotonicMs() - 60_000) < 50_000);
  write('included', '{"hostName":"10.0.0.1"} {"hostName":"10.0.0.2"}\n{"hostName":"10.0.0.3"}');
  assert.equal(await admission.refresh(), undefined);
  assert.deepEqual(states(), ['NORMAL', 'NORMAL', 'NORMAL', 'NORMAL']);
});

test('a JSON list with a mistake is refused, and the old one holds', async (t) => {
  const { admission, folder, register, write } = setUp(
    t,
    { included: '[{"hostName":"10.0.0.1","adminState":"DECOMMISSIONED"}]' },
    true,
  );
  await admission.refresh();
  const datanode = register('10.0.0.1');
  const wrong = [
    ['[{"hostName":"10.0.0.1"', 'it is neither a JSON array nor a row of JSON objects'],
    ['[7]', '7: it is no object'],
    ['[{"port":1}]', '{"port":1}: it has no hostName'],
    [
      '[{"hostName":"a","adminState":"GONE"}]',
      '{"hostName":"a","adminState":"GONE"}: adminState is none of NORMAL, DECOMMISSION_INPROGRESS, DECOMMISSIONED, ENTERING_MAINTENANCE, IN_MAINTENANCE',
    ],
    [
      '[{"hostname":"a"}]',
      '{"hostname":"a"}: hostname is none of hostName, port, upgradeDomain, adminState, maintenanceExpireTimeInMS',
    ],
  ] as const;
  for (const [text, why] of wrong) {
    write('included', text);
    const refusal = await admission.refresh();
    assert.ok(isFailure(refusal));
    assert.equal(refusal.message, `The list of hosts ${join(folder, 'included')} cannot be used: ${why}`);
  }
  assert.equal(datanode.adminState, 'DECOMMISSION_INPROGRESS');
});
