export { configure } from './configure.js';
export { type Running, runInForeground } from './foreground.js';
