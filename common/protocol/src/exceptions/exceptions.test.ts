import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@rfs/base/failure';
import {
  causeOf,
  codeOfJavaClass,
  type ExceptionCode,
  exceptionTable,
  failure,
  failureFromRemote,
  javaClassOf,
  retriable,
  rowOf,
} from './index.js';

test('a code is the simple name of its class, and each class has one code', () => {
  for (const [code, { javaClass }] of Object.entries(exceptionTable)) {
    assert.equal(javaClass.split(/[.$]/).at(-1), code);
    assert.equal(codeOfJavaClass(javaClass), code);
  }
});

test('what was sent comes back', () => {
  for (const code of Object.keys(exceptionTable) as ExceptionCode[]) {
    const sent = failure(code, `why ${code}`);
    assert.deepEqual(failureFromRemote(javaClassOf(sent.code), sent.message), sent);
  }
});

test("a Java server's stack trace is cut off, a message of several lines is not", () => {
  const text = 'Permission denied: user=bob\nsecond line\n\tat org.apache.hadoop.Foo.bar(Foo.java:1)\n\tat x';
  assert.deepEqual(
    failureFromRemote('org.apache.hadoop.security.AccessControlException', text),
    failure('AccessControlException', 'Permission denied: user=bob\nsecond line'),
  );
});

test('a class that nobody knows is a RemoteException that names it', () => {
  assert.deepEqual(failureFromRemote('com.example.Odd', 'hm'), failure('RemoteException', 'com.example.Odd: hm'));
});

test('RetriableException carries its cause as class and message', () => {
  const wrapped = retriable(failure('SafeModeException', 'Name node is in safe mode: really'));
  assert.equal(
    wrapped.message,
    'org.apache.hadoop.hdfs.server.namenode.SafeModeException: Name node is in safe mode: really',
  );
  assert.deepEqual(causeOf(wrapped), failure('SafeModeException', 'Name node is in safe mode: really'));
  assert.equal(causeOf(failure('RetriableException', 'just busy')), undefined);
});

test('WebHDFS statuses follow the class: 404 for a missing file, 400 for arguments, 403 for other refusals', () => {
  assert.equal(rowOf('FileNotFoundException').httpStatus, 404);
  assert.equal(rowOf('IllegalArgumentException').httpStatus, 400);
  assert.equal(rowOf('UnsupportedOperationException').httpStatus, 400);
  assert.equal(rowOf('StandbyException').httpStatus, 403);
  assert.equal(rowOf('AccessControlException').httpStatus, 403);
  assert.equal(rowOf(new Failure('NotInTheTable', 'x').code), exceptionTable.IOException);
});

test('the names that steer clients are exactly these', () => {
  const retry = (meaning: string): string[] =>
    (Object.keys(exceptionTable) as ExceptionCode[]).filter((code) => exceptionTable[code].retry === meaning).sort();
  assert.deepEqual(retry('again'), ['RetriableException']);
  assert.deepEqual(retry('active'), ['ObserverRetryOnActiveException']);
  assert.ok(retry('failover').includes('StandbyException'));
});
