export { AcknowledgedLoad } from './acknowledged-load.js';
export { NamenodeCaller } from './namenode-caller.js';
//# sourceMappingURL=index.js.map