import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOptions, loadConfig } from '@rfs/base/config';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { ClientPool } from './file-systems.js';

const ann = { user: 'ann', realUser: undefined };
const bob = { user: 'bob', realUser: undefined };

function pool(): { clients: ClientPool; clock: VirtualClock } {
  const clock = new VirtualClock();
  const config = loadConfig(clientOptions, { system: { 'user.name': 'dn' } });
  return { clients: new ClientPool({ config, clock, random: seededRandom(3), idleMs: 1000 }), clock };
}

test('requests of one user to one namenode share a client, others have their own', () => {
  const { clients } = pool();
  const [first, same, user, namenode, forAnn] = [
    clients.acquire('nn:1', ann),
    clients.acquire('nn:1', ann),
    clients.acquire('nn:1', bob),
    clients.acquire('nn:2', ann),
    clients.acquire('nn:1', { user: 'ann', realUser: 'bob' }),
  ];
  assert.equal(first.files, same.files);
  assert.equal(new Set([first.files, user.files, namenode.files, forAnn.files]).size, 4);
  clients.close();
});

test('a client is closed when nobody has used it for a while, and its successor is another one', () => {
  const { clients, clock } = pool();
  const first = clients.acquire('nn:1', ann);
  const second = clients.acquire('nn:1', ann);
  first.release();
  first.release();
  clock.advance(5000);
  assert.equal(clients.acquire('nn:1', ann).files, second.files, 'somebody still uses it');
  clients.close();

  const other = pool();
  const lease = other.clients.acquire('nn:1', ann);
  lease.release();
  other.clock.advance(900);
  const kept = other.clients.acquire('nn:1', ann);
  assert.equal(kept.files, lease.files);
  kept.release();
  other.clock.advance(1000);
  const fresh = other.clients.acquire('nn:1', ann);
  assert.notEqual(fresh.files, lease.files);
  // The namenode knows calls by the client's id: a second client under the first one's would get the first one's answers.
  assert.notEqual(nameOf(fresh.files), nameOf(lease.files));
  other.clients.close();
});

function nameOf(files: object): unknown {
  return (files as { client: { clientName: string } }).client.clientName;
}
