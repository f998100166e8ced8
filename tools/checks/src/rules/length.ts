import { type Finding, finding, type Project } from './finding.js';

/** Lines a source file may have: what fits in one sitting. Generated code is not read by people. */
const MAX_LINES = 400;

export function fileLength({ files }: Project): Finding[] {
  return files
    .filter((file) => !file.generated)
    .map((file) => ({ file, lines: file.text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) =>
      finding('file-length', file, 0, `has ${lines} lines, the limit is ${MAX_LINES}`, 'split it by what it is about'),
    );
}
