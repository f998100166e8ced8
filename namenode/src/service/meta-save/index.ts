export { MetaFiles, metaSave } from './meta-save.js';
