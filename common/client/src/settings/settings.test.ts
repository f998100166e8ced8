import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOptions, loadConfig } from '@rfs/base/config';
import { clientSettings, withPackets } from './index.js';

test('larger packets are as many fewer in flight, and never smaller than configured', () => {
  const settings = clientSettings(loadConfig(clientOptions, {}));
  const larger = withPackets(settings, 256 * 1024);
  assert.deepEqual([larger.writePacketBytes, larger.maximumPacketsInFlight], [256 * 1024, 20]);
  assert.deepEqual(withPackets(larger, 64 * 1024), larger);
  assert.deepEqual(withPackets(settings, 0), settings);
});
