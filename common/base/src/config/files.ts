import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from './errors.js';
import { parseHadoopXml, type XmlProperty } from './hadoop-xml.js';

/** Files that may include one another end here: nobody nests deeper on purpose. */
const DEEPEST_INCLUDE = 8;

/** The properties of `folder`'s core-site.xml and hdfs-site.xml, each of which may be absent, in that order. */
export function readConfigFolder(folder: string): readonly XmlProperty[] {
  return ['core-site.xml', 'hdfs-site.xml']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => readConfigFile(path));
}

/** The properties of one Hadoop configuration file and those it includes. Throws ConfigError when it cannot be read. */
export function readConfigFile(path: string): readonly XmlProperty[] {
  return readNested(resolve(path), 0);
}

function readNested(path: string, depth: number): readonly XmlProperty[] {
  const problem = (expected: string): ConfigError =>
    new ConfigError([{ key: 'file', value: path, source: path, expected }]);
  if (depth > DEEPEST_INCLUDE) throw problem('files include one another without end');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw problem(`cannot be read: ${(error as Error).message}`);
  }
  return parseHadoopXml(text, path, (href) => readNested(resolve(dirname(path), href), depth + 1));
}
