import process from 'node:process';
import { parseArgs } from 'node:util';
import { clientOptions, loadConfig } from '@rfs/base/config';
import { seededRandom, systemClock } from '@rfs/base/system';
import { DfsClient } from '@rfs/client/dfs';
import { SafeModeActionProto } from '@rfs/protocol/messages';
import { DataFrames } from './data-frames.js';
import { RpcFrames } from './rpc-frames.js';
import { talk } from './talk.js';
/**
 * `main.js --seed S --frames N --rpc HOST:PORT --data HOST:PORT`: sends damaged and senseless frames to a namenode's
 * RPC port and to a datanode's data port, the same for the same seed, then writes a file and reads it back. Ends with
 * code 1 when a daemon no longer takes connections or no longer works.
 */
const { values } = parseArgs({
    options: {
        seed: { type: 'string', default: '1' },
        frames: { type: 'string', default: '10000' },
        rpc: { type: 'string', default: '' },
        data: { type: 'string', default: '' },
    },
});
/** Conversations at the same time: what the daemons wait out, they wait out together. */
const LANES = 192;
const FILE_BYTES = 200_000;
const REAL = '/fuzz/real';
const client = new DfsClient({
    authority: values.rpc,
    config: loadConfig(clientOptions, { properties: { 'dfs.replication': '1' }, system: { 'user.name': 'root' } }),
    user: 'root',
    clock: systemClock,
    random: seededRandom(`client ${values.seed} ${systemClock.nowMs()}`),
});
async function writeAndRead(path) {
    const content = Buffer.from(seededRandom(path).bytes(FILE_BYTES));
    const out = await client.create(path, { overwrite: true });
    await out.write(content);
    await out.close();
    const file = await client.open(path);
    let at = 0;
    for await (const piece of file.stream(0, FILE_BYTES)) {
        if (content.compare(piece, 0, piece.length, at, at + piece.length) !== 0)
            throw new Error(`${path}: other bytes`);
        at += piece.length;
    }
    if (at !== FILE_BYTES)
        throw new Error(`${path}: ${at} bytes of ${FILE_BYTES}`);
}
function portOf(text) {
    const [host, port] = text.split(':');
    return { host, port: Number(port) };
}
async function fuzz() {
    await writeAndRead(REAL);
    const located = (await client.blockLocations(REAL, 0, FILE_BYTES)).blocks[0];
    const node = located?.locs[0];
    if (located === undefined || node === undefined)
        throw new Error(`${REAL} has no block`);
    const rpc = { port: portOf(values.rpc), frames: new RpcFrames(located.b) };
    const data = { port: portOf(values.data), frames: new DataFrames(located.b, node) };
    const wanted = Number(values.frames);
    const counts = { frames: 0, conversations: 0, closed: 0, left: 0, refused: 0 };
    const lane = async () => {
        while (counts.frames < wanted && counts.refused === 0) {
            const number = counts.conversations++;
            const random = seededRandom(`${values.seed}/${number}`);
            const { port, frames } = number % 3 === 0 ? data : rpc;
            const conversation = frames.conversation(random);
            counts.frames += conversation.frames;
            counts[await talk(port, conversation)]++;
        }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (counts.refused > 0)
        throw new Error(`a daemon is gone after ${counts.frames} frames`);
    await client.safeMode(SafeModeActionProto.SAFEMODE_LEAVE);
    await writeAndRead(`/after-${values.seed}`);
    return counts;
}
try {
    const counts = await fuzz();
    process.stdout.write(`${JSON.stringify(counts)}\n`);
}
catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.stderr.write(`again: --seed ${values.seed} --frames ${values.frames}\n`);
    process.exitCode = 1;
}
finally {
    client.close();
}
//# sourceMappingURL=main.js.map