import { type Finding, finding, type Project } from './finding.js';

const TABLES = 'common/base/src/config/options/';
const CONFIG = 'common/base/src/config/';

/**
 * Options of the configuration tables that no product code reads by their name, nor another option's default by their
 * key: who sets one would wait for something that does not come.
 */
export function unreadOptions({ files }: Project): Finding[] {
  const tables = files.filter((file) => file.path.startsWith(TABLES) && !file.test);
  const readers = files.filter((file) => !file.test && !file.path.startsWith(CONFIG)).map((file) => file.code);
  const texts = tables.map((file) => file.text);
  return tables.flatMap((file) =>
    [...file.text.matchAll(/^ {2}(\w+): (?:option|optional)\(\{\s*key: '([^']+)'/gm)].flatMap((match) => {
      const [, name, key] = match as unknown as [string, string, string];
      const isRead = readers.some((code) => new RegExp(`\\.\\s*${name}\\b`).test(code));
      if (isRead || texts.some((text) => text.includes(`\${${key}}`))) return [];
      return [
        finding('unread-options', file, match.index, `declares ${name}, read by nobody`, 'use it or take it out'),
      ];
    }),
  );
}
