export { simulate } from './simulate.js';
//# sourceMappingURL=index.js.map