import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@rfs/base/system';
import { DataFrames } from './data-frames.js';
import { join } from './mutate.js';
import { RpcFrames } from './rpc-frames.js';
const block = { poolId: 'BP-1-127.0.0.1-1', blockId: 1073741825, generationStamp: 1001, numBytes: 1000 };
const id = { ipAddr: '127.0.0.1', hostName: 'here', datanodeUuid: 'u', xferPort: 1, infoPort: 2, ipcPort: 3 };
const makers = [new RpcFrames(block), new DataFrames(block, { id })];
test('a seed says all of what is sent, and another one something else', () => {
    for (const maker of makers) {
        const said = (seed) => join(Array.from({ length: 200 }, (_, number) => join(maker.conversation(seededRandom(seed + number)).pieces)));
        assert.deepEqual(said('a'), said('a'));
        assert.notDeepEqual(said('a'), said('b'));
    }
});
//# sourceMappingURL=fuzz.test.js.map