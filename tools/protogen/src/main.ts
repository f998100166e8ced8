import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emitFile } from './emit.js';
import { loadModel, type Package } from './model.js';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

const packages: Package[] = [
  { folder: 'common/protocol', importName: '@rfs/protocol/messages' },
  { folder: 'namenode', importName: '@rfs/namenode/messages' },
]
  .map(({ folder, importName }) => ({
    protoFolder: join(top, folder, 'proto'),
    outFolder: join(top, folder, 'src/generated'),
    importName,
  }))
  .filter((entry) => existsSync(entry.protoFolder));

const checkOnly = process.argv.includes('--check');
const model = loadModel(packages);
const stale: string[] = [];
for (const file of model.files) {
  if (file.types.length + file.enums.length + file.services.length === 0) continue;
  const path = join(file.home.outFolder, `${file.name}.ts`);
  const text = emitFile(model, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(path);
  if (checkOnly) continue;
  mkdirSync(file.home.outFolder, { recursive: true });
  writeFileSync(path, text);
}
for (const path of stale)
  process.stdout.write(`${checkOnly ? 'out of date, run npm run generate:' : 'wrote'} ${path}\n`);
process.exitCode = checkOnly && stale.length > 0 ? 1 : 0;
