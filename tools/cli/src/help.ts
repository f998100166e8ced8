import { COMMANDS } from './commands/index.js';

/** What rfs says about itself: one line per command. */
export function overview(): string {
  const names = Object.entries(COMMANDS);
  const width = Math.max(...names.map(([name]) => name.length));
  const lines = names.map(([name, { summary }]) => `  rfs ${name.padEnd(width)}  ${summary}`);
  return `rfs, a distributed file system that speaks HDFS's protocols\n\n${lines.join('\n')}\n\nrfs COMMAND --help says more about one of them.\n`;
}
