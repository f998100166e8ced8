export { type DataEvents, DataSocket, dialDatanode } from './data-socket.js';
export { isThisHost } from './local.js';
