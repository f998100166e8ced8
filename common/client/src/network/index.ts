export { type DataEvents, type DataLink, DataSocket, dialDatanode } from './data-socket.js';
export { isThisHost } from './local.js';
export { Patience } from './patience.js';
