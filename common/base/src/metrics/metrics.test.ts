import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLoopDelay, LATENCY_BUCKETS, Metrics } from './index.js';

test('a table becomes instruments that are read together', async () => {
  const metrics = new Metrics();
  const instruments = metrics.declare({
    calls: { kind: 'counter', name: 'rfs_calls_total', help: 'Calls', labels: ['method'] },
    queue: { kind: 'gauge', name: 'rfs_queue_length', help: 'Waiting' },
    latency: { kind: 'histogram', name: 'rfs_latency_seconds', help: 'Latency', buckets: LATENCY_BUCKETS },
  });
  instruments.calls.labels('mkdirs').inc(2);
  instruments.queue.set(7);
  instruments.latency.observe(0.002);
  let waiting = 1;
  metrics.measure('rfs_read_gauge', 'Read late', () => waiting);
  metrics.measureTotal('rfs_read_total', 'Counted elsewhere', () => waiting * 10);
  waiting = 3;
  for (let scrape = 0; scrape < 2; scrape++) {
    const text = await metrics.text();
    for (const line of [
      'rfs_calls_total{method="mkdirs"} 2',
      'rfs_queue_length 7',
      'rfs_latency_seconds_bucket{le="0.0025"} 1',
      'rfs_read_gauge 3',
      'rfs_read_total 30',
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
  }
  assert.match(metrics.contentType, /^text\/plain/);
});

test('two nodes in one process do not mix, a name declared twice is an error', async () => {
  const table = { calls: { kind: 'counter', name: 'rfs_same_total', help: 'Calls' } } as const;
  const one = new Metrics();
  const two = new Metrics();
  one.declare(table).calls.inc();
  two.declare(table);
  assert.match(await two.text(), /rfs_same_total 0/);
  assert.throws(() => one.declare(table), /rfs_same_total/);
});

test('series with one label are counted without a look-up and read with the rest', async () => {
  const metrics = new Metrics();
  const calls = metrics.counters('rfs_failed_total', 'Failed', 'method');
  const latency = metrics.histograms('rfs_call_seconds', 'Latency', 'method', [0.001, 0.01]);
  calls.of('mkdirs').count += 2;
  assert.equal(calls.of('mkdirs'), calls.of('mkdirs'));
  for (const seconds of [0.0005, 0.001, 0.005, 3]) latency.of('a"b').observe(seconds);
  metrics.measure('rfs_other', 'Other', () => 1);
  const text = await metrics.text();
  for (const line of [
    '# TYPE rfs_failed_total counter',
    'rfs_failed_total{method="mkdirs"} 2',
    '# TYPE rfs_call_seconds histogram',
    'rfs_call_seconds_bucket{method="a\\"b",le="0.001"} 2',
    'rfs_call_seconds_bucket{method="a\\"b",le="0.01"} 3',
    'rfs_call_seconds_bucket{method="a\\"b",le="+Inf"} 4',
    'rfs_call_seconds_sum{method="a\\"b"} 3.0065',
    'rfs_call_seconds_count{method="a\\"b"} 4',
    'rfs_other 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  assert.throws(() => metrics.counters('rfs_other', 'Again', 'method'), /rfs_other/);
  assert.throws(() => metrics.counters('rfs_call_seconds', 'Again', 'method'), /rfs_call_seconds/);
});

test('a loop that was held shows in the maximum', async () => {
  const delay = new EventLoopDelay();
  await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 2));
  const until = performance.now() + 60;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, 2));
  assert.ok(delay.maximumMs > 30, `${delay.maximumMs}`);
  assert.ok(delay.percentileMs(100) > 30);
  const metrics = new Metrics();
  delay.publish(metrics);
  assert.match(await metrics.text(), /rfs_event_loop_delay_max_seconds \d+\.\d+/);
  delay.reset();
  assert.equal(delay.maximumMs, 0);
  delay.close();
});
