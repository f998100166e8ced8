export type { Link } from './links.js';
export {
  lineOf,
  makeSource,
  projectFolder,
  readPackages,
  readTree,
  resolveLink,
  type SourceFile,
  testedFolders,
} from './tree.js';
