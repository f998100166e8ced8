export { addBlock, complete, create, getFileInfo, locations, mkdirs, remove } from './calls.js';
export { fileStatusReply, locationsReply, trueReply } from './checks.js';
export { FileTree } from './file-tree.js';
export { makeFilesWithBlocks } from './files-with-blocks.js';
export { makeHome } from './home.js';
