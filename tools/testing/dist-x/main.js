import process from 'node:process';
import { NamenodeCaller } from './load/index.js';
/**
 * `main.js HOST:PORT COUNT`: makes COUNT folders over several connections at once and prints, as JSON, which call of
 * which client made which folder. For the check of a system call trace.
 */
const [rpc = '', count = '0'] = process.argv.slice(2);
const CONNECTIONS = 4;
const LANES = 8;
const clients = await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => makeFolders(index)));
process.stdout.write(`${JSON.stringify(clients)}\n`);
async function makeFolders(index) {
    const caller = new NamenodeCaller(rpc);
    const calls = {};
    let left = Number(count) / CONNECTIONS;
    const lane = async () => {
        while (left-- > 0) {
            const callId = caller.identity.nextCallId();
            const path = `/traced-${index}-${String(callId).padStart(6, '0')}`;
            if ((await caller.mkdirs(path, callId)) !== 'done')
                throw new Error(`${path}: the connection ended`);
            calls[callId] = path;
        }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    caller.close();
    return { clientId: Buffer.from(caller.identity.clientId).toString('hex'), calls };
}
//# sourceMappingURL=main.js.map