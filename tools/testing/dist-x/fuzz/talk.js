import net from 'node:net';
import { systemClock } from '@rfs/base/system';
import { join } from './mutate.js';
/** After this long without a byte of the server's it waits for more than it will get. */
const QUIET_MS = 30;
/** And after this long it is cut off, though we have said that nothing more comes. */
const LINGER_MS = 2000;
/** Says everything on a connection of its own, listens to what comes, and hangs up. */
export function talk({ host, port }, { pieces }) {
    return new Promise((resolve) => {
        let ending = 'refused';
        let ours = false;
        const socket = net.connect({ host, port, noDelay: true, allowHalfOpen: true });
        const hangUp = () => {
            ours = true;
            socket.end();
            timer.cancel();
            timer = systemClock.setTimer(LINGER_MS, () => socket.destroy());
        };
        let timer = systemClock.setTimer(LINGER_MS, hangUp);
        const wait = () => {
            if (ours)
                return;
            timer.cancel();
            timer = systemClock.setTimer(QUIET_MS, hangUp);
        };
        socket.on('connect', () => {
            ending = 'left';
            socket.write(join(pieces), wait);
        });
        socket.on('data', wait);
        socket.on('end', () => {
            if (!ours)
                ending = 'closed';
            socket.destroy();
        });
        // A server that resets the connection has ended it.
        socket.on('error', () => {
            if (ending === 'left' && !ours)
                ending = 'closed';
        });
        socket.on('close', () => {
            timer.cancel();
            resolve(ending);
        });
    });
}
//# sourceMappingURL=talk.js.map