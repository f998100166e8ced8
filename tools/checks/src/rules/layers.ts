import { type Link, resolveLink, type SourceFile } from '../source/index.js';
import { type Finding, finding, type Project } from './finding.js';
import {
  COMPOSITION_EXTRA,
  FOLDERS,
  LIBRARIES,
  PACKAGES,
  PURE_FOLDERS,
  PURE_MAY_IMPORT,
  TEST_EXTRA,
} from './layers-table.js';

/** Which package may import which, which folder of a package which neighbour, and where libraries are wrapped. */
export function layers(project: Project): Finding[] {
  const nameOf = new Map([...project.packages].map(([name, folder]) => [folder, name]));
  return project.files.flatMap((file) =>
    file.links.flatMap((link) => checkLink(file, link, nameOf.get(file.workspace) ?? file.workspace, project)),
  );
}

function checkLink(file: SourceFile, link: Link, ownPackage: string, { packages }: Project): Finding[] {
  const offend = (what: string, instead: string): Finding[] => [finding('layers', file, link.offset, what, instead)];
  const { specifier } = link;
  if (specifier.startsWith('.')) return checkNeighbour(file, link, packages);
  if (specifier.startsWith('node:')) {
    if (!isPure(file)) return [];
    return offend(`imports ${specifier} in a pure folder`, 'let the caller pass in what it gives');
  }
  if (!specifier.startsWith('@rfs/')) return checkLibrary(file, link);
  const wanted = specifier.split('/').slice(0, 2).join('/');
  if (wanted !== ownPackage && !mayImport(file, ownPackage, wanted)) {
    return offend(`imports ${specifier}`, `${ownPackage} may import only ${listed(PACKAGES[ownPackage] ?? [])}`);
  }
  if (isPure(file) && !PURE_MAY_IMPORT.includes(specifier) && wanted !== ownPackage) {
    return offend(`imports ${specifier} in a pure folder`, `these may import only ${listed(PURE_MAY_IMPORT)}`);
  }
  return [];
}

/** Within a package: neighbours only by their index, and only those that the table allows. */
function checkNeighbour(file: SourceFile, link: Link, packages: ReadonlyMap<string, string>): Finding[] {
  const target = resolveLink(file, link.specifier, packages);
  const source = `${file.workspace}/src/`;
  if (!target.startsWith(source)) {
    if (link.fileName) return [];
    return [finding('layers', file, link.offset, `imports ${target} by path`, 'import the other package by its name')];
  }
  const inside = target.slice(source.length).split('/');
  const folder = inside[0] as string;
  if (folder === file.folder || inside.length === 1) return [];
  const allowed = FOLDERS[`${source}${file.folder}`];
  if (allowed !== undefined && !allowed.includes(folder) && !file.test) {
    const what = `imports its neighbour ${folder}`;
    return [finding('layers', file, link.offset, what, `${source}${file.folder} may import only ${listed(allowed)}`)];
  }
  if (inside.length === 2 && (inside[1] === 'index.ts' || folder === 'generated')) return [];
  if (file.test) return [];
  const what = `reaches into ${source}${folder} (${inside.slice(1).join('/')})`;
  return [finding('layers', file, link.offset, what, `import ${folder}/index.js and export there what others may use`)];
}

function checkLibrary(file: SourceFile, link: Link): Finding[] {
  const name = link.specifier.startsWith('@')
    ? link.specifier.split('/').slice(0, 2).join('/')
    : (link.specifier.split('/')[0] as string);
  const rule = LIBRARIES[name];
  if (rule === undefined || file.test || rule.homes.some((home) => file.path.startsWith(`${home}/`))) return [];
  return [finding('layers', file, link.offset, `imports the library ${name}`, rule.instead)];
}

function mayImport(file: SourceFile, ownPackage: string, wanted: string): boolean {
  if (PACKAGES[ownPackage]?.includes(wanted)) return true;
  if (file.test && TEST_EXTRA.includes(wanted)) return true;
  return file.folder === 'node' && COMPOSITION_EXTRA.includes(wanted);
}

function isPure(file: SourceFile): boolean {
  return !file.test && PURE_FOLDERS.some((folder) => file.path.startsWith(`${folder}/`));
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
