export { FileTree } from './file-tree.js';
export { makeHome } from './home.js';
