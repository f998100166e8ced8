import type { Policy } from './planner/index.js';

/** What `rfs balancer` was asked for. */
export interface BalancerWords {
  readonly policy: Policy;
  /** Percent. */
  readonly threshold: number;
  readonly included: NodeWords | undefined;
  readonly excluded: NodeWords | undefined;
  readonly sources: NodeWords | undefined;
  readonly blockPools: readonly string[];
  /** Iterations in a row in which nothing moved, until it gives up; -1 for never. */
  readonly idleIterations: number;
  readonly runDuringUpgrade: boolean;
  readonly sortTopNodes: boolean;
  /** Overrides the configuration's when not 0. */
  readonly hotBlockMs: number;
  readonly json: boolean;
}

/** Datanodes by `host` or `host:port`, named here or in a file. */
export type NodeWords = { readonly hosts: readonly string[] } | { readonly file: string };

/** The words are not what HDFS's balancer takes. */
export class WrongWords extends Error {
  override readonly name = 'WrongWords';
}

export const BALANCER_USAGE = `Usage: rfs balancer
\t[-policy <policy>]\tthe balancing policy: datanode or blockpool
\t[-threshold <threshold>]\tPercentage of disk capacity
\t[-exclude [-f <hosts-file> | <comma-separated list of hosts>]]\tExcludes the specified datanodes.
\t[-include [-f <hosts-file> | <comma-separated list of hosts>]]\tIncludes only the specified datanodes.
\t[-source [-f <hosts-file> | <comma-separated list of hosts>]]\tPick only the specified datanodes as source nodes.
\t[-blockpools <comma-separated list of blockpool ids>]\tThe balancer will only run on blockpools included in this list.
\t[-idleiterations <idleiterations>]\tNumber of consecutive idle iterations (-1 for Infinite) before exit.
\t[-runDuringUpgrade]\tWhether to run the balancer during an ongoing HDFS upgrade.
\t[-sortTopNodes]\tSort datanodes so that the fullest get scheduled first.
\t[-hotBlockTimeInterval <milliseconds>]\tprefer to move cold blocks.
\t[--json]\tOne line of JSON for each iteration instead of the table.
`;

const DEFAULT_THRESHOLD = 10;
/** NameNodeConnector.DEFAULT_MAX_IDLE_ITERATIONS */
const DEFAULT_IDLE_ITERATIONS = 5;

/** Takes the words after `rfs balancer` (Balancer.Cli.parse), names in any case. Throws WrongWords. */
export function balancerWords(words: readonly string[]): BalancerWords {
  let policy: Policy = 'datanode';
  let threshold = DEFAULT_THRESHOLD;
  let included: NodeWords | undefined;
  let excluded: NodeWords | undefined;
  let sources: NodeWords | undefined;
  let blockPools: readonly string[] = [];
  let idleIterations = DEFAULT_IDLE_ITERATIONS;
  let runDuringUpgrade = false;
  let sortTopNodes = false;
  let hotBlockMs = 0;
  let json = false;
  let at = 0;
  const value = (name: string): string => {
    const next = words[++at];
    if (next === undefined) throw new WrongWords(`${name} needs a value`);
    return next;
  };
  const nodes = (name: string): NodeWords => {
    const word = value(name);
    return word.toLowerCase() === '-f' ? { file: value(`${name} -f`) } : { hosts: listOf(word) };
  };
  const take: Readonly<Record<string, (name: string) => void>> = {
    '-threshold': (name) => {
      threshold = percentOf(value(name));
    },
    '-policy': (name) => {
      policy = policyOf(value(name));
    },
    '-exclude': (name) => {
      excluded = nodes(name);
    },
    '-include': (name) => {
      included = nodes(name);
    },
    '-source': (name) => {
      sources = nodes(name);
    },
    '-blockpools': (name) => {
      blockPools = listOf(value(name));
    },
    '-idleiterations': (name) => {
      idleIterations = wholeOf(name, value(name));
    },
    '-hotblocktimeinterval': (name) => {
      hotBlockMs = wholeOf(name, value(name));
    },
    '-runduringupgrade': () => {
      runDuringUpgrade = true;
    },
    '-sorttopnodes': () => {
      sortTopNodes = true;
    },
    '--json': () => {
      json = true;
    },
  };
  for (; at < words.length; at++) {
    const word = words[at] as string;
    const option = take[word.toLowerCase()];
    if (option === undefined) throw new WrongWords(`${word} is no option of the balancer`);
    option(word);
  }
  if (included !== undefined && excluded !== undefined) {
    throw new WrongWords('-exclude and -include options cannot be specified together.');
  }
  const chosen = { policy, threshold, included, excluded, sources, blockPools, idleIterations };
  return { ...chosen, runDuringUpgrade, sortTopNodes, hotBlockMs, json };
}

function percentOf(word: string): number {
  const percent = Number(word);
  if (word.trim() !== '' && percent >= 1 && percent <= 100) return percent;
  throw new WrongWords(`Expecting a number in the range of [1.0, 100.0]: ${word}`);
}

function policyOf(word: string): Policy {
  const policy = word.toLowerCase();
  if (policy === 'datanode' || policy === 'blockpool') return policy;
  throw new WrongWords(`Illegal policy name: ${word}`);
}

function wholeOf(name: string, word: string): number {
  if (/^[+-]?[0-9]{1,15}$/.test(word)) return Number(word);
  throw new WrongWords(`${name} needs a whole number, not ${word}`);
}

function listOf(word: string): string[] {
  return word
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
