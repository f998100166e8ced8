export { DfsOutputStream } from './output-stream.js';
