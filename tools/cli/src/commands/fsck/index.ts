import { FailureError } from '@rfs/base/failure';
import { systemClock } from '@rfs/base/system';
import { clientSettings } from '@rfs/client/settings';
import { failure } from '@rfs/protocol/exceptions';
import { clientConfig, takeGeneric } from '../../hadoop/index.js';
import { refuse, UsageError } from '../../options/index.js';
import type { Command, CommandContext } from '../../terminal/index.js';
import { listCorrupt } from './corrupt-list.js';
import { activeHttpAddress } from './door.js';
import { CheckProgress } from './progress.js';
import { exitCodeOf, resultOf } from './result.js';
import { FSCK_USAGE, fsckWords } from './words.js';

/** The check could not be carried out. */
const EXIT_FAILED = 255;

/** `rfs fsck`: HDFS's options, and the namenode's text as it comes; it works against Apache's namenode as well. */
export const fsck: Command = {
  async run(args, context) {
    const { terminal } = context;
    if (args.some((word) => ['-help', '--help', '-h'].includes(word))) {
      terminal.out(FSCK_USAGE);
      return 0;
    }
    try {
      return await check(args, context);
    } catch (error) {
      if (!(error instanceof FailureError)) return refuse('fsck', error, terminal);
      terminal.err(`fsck: ${error.message.split('\n')[0]}\n`);
      return EXIT_FAILED;
    }
  },
};

async function check(args: readonly string[], context: CommandContext): Promise<number> {
  const { terminal } = context;
  const generic = takeGeneric(args);
  const words = fsckWords(generic.rest);
  const json = words.json || generic.json;
  const { config, user, defaultFs } = clientConfig(generic, context);
  const home = `${clientSettings(config).homePrefix}/${user}`;
  const { authority, path } = target(words.path ?? '/', defaultFs, home);
  const { host, port } = await activeHttpAddress(authority, config, user);
  const url = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}/fsck`);
  url.search = new URLSearchParams([
    ['ugi', user],
    ...words.parameters.map(([name, value]) => [name, value]),
    ['path', path],
  ] as [string, string][]).toString();
  if (!json) terminal.err(`Connecting to namenode via ${url}\n`);
  if (words.listCorrupt) return listCorrupt(path, (cookie) => read(withCookie(url, cookie)), terminal, json);
  const progress = new CheckProgress(terminal, systemClock);
  let whole = '';
  await read(url, (piece) => {
    whole = json ? whole + piece : tail(whole + piece);
    if (!json) {
      progress.clear();
      terminal.out(piece);
    }
    progress.note(piece);
  });
  progress.clear();
  if (json) terminal.out(`${JSON.stringify(resultOf(path, whole))}\n`);
  else if (!whole.endsWith('\n')) terminal.out('\n');
  return exitCodeOf(whole);
}

/** The last line decides; what is before it need not be kept. */
function tail(text: string): string {
  const end = text.lastIndexOf('\n', text.trimEnd().length);
  return end < 0 ? text : text.slice(text.lastIndexOf('\n', end - 1) + 1);
}

function withCookie(url: URL, cookie: string): URL {
  const next = new URL(url);
  if (cookie !== '0') next.searchParams.set('startblockafter', cookie);
  return next;
}

/** Reads an answer, telling each piece; the whole text when nobody wants pieces. Throws UsageError with the reason. */
async function read(url: URL, tell?: (piece: string) => void): Promise<string> {
  let text = '';
  try {
    const response = await fetch(url);
    if (!response.ok || response.body === null) throw new UsageError(`${url.host} answers ${response.status}`);
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      const piece = decoder.decode(chunk as Uint8Array, { stream: true });
      if (tell === undefined) text += piece;
      else tell(piece);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    throw new FailureError(failure('ConnectException', `no answer from ${url.host}: ${cause}`));
  }
  return text;
}

/** The file system and the path in it; what is relative lies in the user's home. */
function target(word: string, defaultFs: string, home: string): { readonly authority: string; readonly path: string } {
  const [, scheme, named, inside = '/'] = /^(?:([a-z][a-z0-9+.-]*):\/\/([^/]*))?(.*)$/i.exec(word) ?? [];
  const isDefault = scheme === undefined || (scheme === 'hdfs' && named === '');
  const fs = isDefault ? defaultFs : `${scheme}://${named}`;
  const authority = /^hdfs:\/\/([^/]+)/.exec(fs)?.[1];
  if (authority === undefined) throw new UsageError(`FileSystem is ${fs}, which is no HDFS file system`);
  const absolute = inside === '' ? '/' : inside.startsWith('/') ? inside : `${home}/${inside}`;
  const path = absolute.replace(/\/+/g, '/');
  return { authority, path: path === '/' ? path : path.replace(/\/$/, '') };
}
