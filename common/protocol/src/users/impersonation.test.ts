import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { MachineList } from './machine-list.js';
import { type ProxyUser, ProxyUsers } from './proxy-users.js';

const GROUPS: Readonly<Record<string, readonly string[]>> = { ann: ['staff'], root: ['wheel'] };

function decide(rule: Partial<ProxyUser>, user: string, realUser = 'hue', address = '10.1.2.3'): string {
  const rules = new Map([['hue', { users: [], groups: [], machines: new MachineList(['*']), ...rule }]]);
  const users = new ProxyUsers(rules, (name, done) => done(GROUPS[name] ?? []));
  let answer = 'undecided';
  users.authorize(user, realUser, address, (denied) => {
    answer = denied !== undefined && isFailure(denied) ? `${denied.code}: ${denied.message}` : 'allowed';
  });
  return answer;
}

const denied = (user: string, real = 'hue') =>
  `AuthorizationException: User: ${real} is not allowed to impersonate ${user}`;

test('a user acts for those it is allowed to act for, by name or by group', () => {
  assert.equal(decide({ users: ['ann'] }, 'ann'), 'allowed');
  assert.equal(decide({ users: ['ann'] }, 'bob'), denied('bob'));
  assert.equal(decide({ groups: ['staff', 'interns'] }, 'ann'), 'allowed');
  assert.equal(decide({ groups: ['staff'] }, 'root'), denied('root'));
  assert.equal(decide({ groups: ['staff'] }, 'nobody'), denied('nobody'));
  assert.equal(decide({ users: ['*'] }, 'anybody'), 'allowed');
  assert.equal(decide({ groups: ['*'] }, 'anybody'), 'allowed');
  assert.equal(decide({}, 'ann'), denied('ann'));
  assert.equal(decide({ users: ['*'] }, 'ann', 'bob'), denied('ann', 'bob'));
  assert.equal(decide({ users: ['hue', '*'] }, 'ann'), denied('ann'), 'an asterisk among names is a name');
});

test('and only from where it is allowed to', () => {
  const elsewhere = 'AuthorizationException: Unauthorized connection for super-user: hue from IP /10.1.2.3';
  const from = (...machines: string[]) => decide({ users: ['ann'], machines: new MachineList(machines) }, 'ann');
  assert.equal(from('*'), 'allowed');
  assert.equal(from('10.1.2.3'), 'allowed');
  assert.equal(from('192.168.0.1', '10.1.0.0/16'), 'allowed');
  assert.equal(from('0.0.0.0/0'), 'allowed');
  assert.equal(from('10.1.2.3/32'), 'allowed');
  assert.equal(from('10.2.0.0/16', '10.1.2.4/32'), elsewhere);
  assert.equal(from(), elsewhere);
  assert.equal(decide({ users: ['ann'], machines: undefined }, 'ann'), elsewhere);
  assert.equal(
    decide({ users: ['ann'], machines: new MachineList(['10.9.9.9']) }, 'bob'),
    denied('bob'),
    'names first',
  );
});

test('addresses of IPv6 have one spelling', () => {
  const machines = new MachineList(['fe80:0:0::1', '200.0.0.0/8']);
  assert.ok(machines.includes('fe80::1'));
  assert.ok(!machines.includes('fe80::2'));
  assert.ok(machines.includes('200.255.0.1'));
});
