export { configure, type DaemonCommand } from './configure.js';
export { type Running, runInForeground } from './foreground.js';
export { realWorld, type World } from './world.js';
