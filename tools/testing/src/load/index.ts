export { AcknowledgedLoad, type After, type LoadWatch } from './acknowledged-load.js';
export { NamenodeCaller } from './namenode-caller.js';
