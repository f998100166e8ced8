import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import {
  bannedCalls,
  describe,
  type Finding,
  fileLength,
  importCycles,
  layers,
  leftovers,
  type Project,
  staleSeams,
  unreadOptions,
  unusedExports,
  unusedFiles,
} from './rules/index.js';
import { projectFolder, readPackages, readTree } from './source/index.js';

const project: Project = { files: readTree(projectFolder), packages: readPackages(projectFolder) };

const RULES: Readonly<Record<string, (project: Project) => Finding[]>> = {
  'packages, folders and libraries are imported only by those who may': layers,
  'the world is called only in the seams': bannedCalls,
  'every seam of the table is there': staleSeams,
  'no source file is too long': fileLength,
  'nothing unfinished is left': leftovers,
  'no files import each other in a circle': importCycles,
  'every source file is used': unusedFiles,
  'every export is used': unusedExports,
  'every declared option is read': unreadOptions,
};

for (const [name, rule] of Object.entries(RULES)) {
  test(name, () => {
    const findings = rule(project).map(describe);
    if (findings.length > 0) assert.fail(`\n${findings.join('\n')}`);
  });
}

test('the generated sources are those of the .proto files', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/protogen/dist/main.js', '--check'], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
