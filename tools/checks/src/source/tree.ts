import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExports, findLinks, type Link, type OwnExport } from './links.js';
import { type Stripped, strip } from './strip.js';

/** A source file of one workspace, `path` relative to the project. */
export interface SourceFile extends Stripped {
  readonly path: string;
  /** The workspace's folder, such as `common/base`. */
  readonly workspace: string;
  /** The folder directly under `src`, or the file's own name without its ending when it stands in `src` itself. */
  readonly folder: string;
  readonly text: string;
  readonly generated: boolean;
  /** A `*.test.ts` file or something that only tests use: `*.suite.ts`, `*.fixture.ts`. */
  readonly test: boolean;
  readonly links: readonly Link[];
  readonly exports: readonly OwnExport[];
}

/** The project's folder: the nearest one above this file that has workspaces. */
export const projectFolder = findProject(dirname(fileURLToPath(import.meta.url)));

/** Reads every source file of every workspace. */
export function readTree(root: string): SourceFile[] {
  return workspaces(root).flatMap((workspace) =>
    walk(join(root, workspace, 'src'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => makeSource(relative(root, file), readFileSync(file, 'utf8'), workspace)),
  );
}

/** A source file from its text; the workspace is what stands before `/src/` when it is not given. */
export function makeSource(path: string, text: string, workspace = path.split('/src/')[0] as string): SourceFile {
  const inside = path.slice(`${workspace}/src/`.length);
  const stripped = strip(text);
  return {
    ...stripped,
    path,
    workspace,
    folder: (inside.split('/')[0] as string).replace(/(\.test)?\.ts$/, ''),
    text,
    generated: inside.split('/').includes('generated'),
    test: /\.(test|suite|fixture)\.ts$/.test(path),
    links: findLinks(stripped),
    exports: findExports(stripped),
  };
}

/** The path of the source file that a link means, or the specifier itself for a library or a Node module. */
export function resolveLink(from: SourceFile, specifier: string, packages: ReadonlyMap<string, string>): string {
  if (specifier.startsWith('.')) return join(dirname(from.path), specifier).replace(/\.js$/, '.ts');
  const match = /^(@rfs\/[\w-]+)\/([\w-]+)$/.exec(specifier);
  const workspace = match === null ? undefined : packages.get(match[1] as string);
  return workspace === undefined ? specifier : `${workspace}/src/${match?.[2]}/index.ts`;
}

/** The workspaces' folders by package name. */
export function readPackages(root: string): Map<string, string> {
  return new Map(
    workspaces(root).map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string };
      return [manifest.name, folder];
    }),
  );
}

/** The folders of compiled code that there are. */
export function testedFolders(root: string): string[] {
  return workspaces(root)
    .map((workspace) => join(root, workspace, 'dist'))
    .filter(exists);
}

/** 1-based line of an offset. */
export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length;
}

function workspaces(root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
  return manifest.workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    return readdirSync(join(root, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => exists(join(root, folder, 'package.json')));
  });
}

function walk(folder: string): string[] {
  if (!exists(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function findProject(from: string): string {
  let folder = from;
  while (folder !== dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (exists(manifest) && 'workspaces' in (JSON.parse(readFileSync(manifest, 'utf8')) as object)) return folder;
    folder = dirname(folder);
  }
  throw new Error(`no package.json with workspaces above ${from}`);
}
