import type { Address, Config } from '@rfs/base/config';
import { FailureError } from '@rfs/base/failure';
import type { Terminal } from '../../terminal/index.js';
import type { Admin, Namenode } from './connection.js';
import { addressOf } from './host-names.js';
import { type Subcommand, show, WrongWords } from './subcommand.js';

/** dfs.namenode.missing.checkpoint.periods.before.shutdown and what it counts, where nobody sets them. */
const CHECKPOINT_SECONDS = 3600;
const CHECKPOINT_TRANSACTIONS = 1_000_000;
const MISSING_PERIODS = 3;
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** What is asked of every namenode: each tells what it did; the refusals come together at the end. */
interface Round {
  /** What is told of one that refused, before "for host:port". */
  readonly refused: string;
  /** What stands before its address; " for " when absent. */
  readonly link?: string;
  /** What is told of one that did it. */
  work(namenode: Namenode): Promise<string>;
}

export const saveNamespace: Subcommand = {
  usage: '-saveNamespace [-beforeShutdown]',
  help: 'Has the namenode save its namespace; only in safe mode.',
  words: [0, 1],
  async run([word], admin, terminal) {
    if (word !== undefined && word !== '-beforeShutdown') throw new WrongWords();
    const window = word === undefined ? { timeWindow: 0, txGap: 0 } : checkpointWindow(admin.config);
    if (word !== undefined) {
      terminal.out(
        'Do checkpoint if necessary before stopping namenode. ' +
          `The time window is ${window.timeWindow} seconds, and the transaction gap is ${window.txGap}\n`,
      );
    }
    return everyNamenode(admin, terminal, {
      refused: 'Save namespace failed',
      work: async ({ calls }) =>
        (await calls.call('saveNamespace', window)).saved
          ? 'Save namespace successful'
          : 'No extra checkpoint has been made',
    });
  },
};

export const rollEdits: Subcommand = {
  usage: '-rollEdits',
  help: 'Begins a new segment of the edit log.',
  words: [0, 0],
  async run(_words, { namenodes }, terminal, json) {
    const { newSegmentTxId } = await namenodes.call('rollEdits', {});
    const text = `Successfully rolled edit logs.\nNew segment starts at txid ${newSegmentTxId}\n`;
    return show(terminal, json, { newSegmentTxId }, text);
  },
};

export const refreshNodes: Subcommand = {
  usage: '-refreshNodes',
  help: 'Has the namenode read its lists of datanodes again.',
  words: [0, 0],
  run: (_words, admin, terminal) =>
    everyNamenode(admin, terminal, {
      refused: 'Refresh nodes failed',
      work: async ({ calls }) => {
        await calls.call('refreshNodes', {});
        return 'Refresh nodes successful';
      },
    }),
};

export const finalizeUpgrade: Subcommand = {
  usage: '-finalizeUpgrade',
  help: 'Gives up what was kept to go back before an upgrade.',
  words: [0, 0],
  run: (_words, admin, terminal) =>
    everyNamenode(admin, terminal, {
      refused: 'Finalize upgrade failed',
      work: async ({ calls }) => {
        await calls.call('finalizeUpgrade', {});
        return 'Finalize upgrade successful';
      },
    }),
};

export const metasave: Subcommand = {
  usage: '-metasave <filename>',
  help: "Has the namenode save what waits in it (blocks to be copied, to be deleted, missing) in its log's folder.",
  words: [1, 1],
  async run([filename = ''], admin, terminal) {
    const created = `Created metasave file ${filename} in the log directory of namenode`;
    if (!admin.isNameservice) {
      await admin.namenodes.call('metaSave', { filename });
      terminal.out(`${created} ${admin.uri}\n`);
      return 0;
    }
    return everyNamenode(admin, terminal, {
      refused: `${created} failed`,
      link: ' ',
      work: async ({ calls }) => {
        await calls.call('metaSave', { filename });
        return created;
      },
    });
  },
};

export const upgrade: Subcommand = {
  usage: '-upgrade query | finalize',
  help: 'Tells whether an upgrade waits to be finalized, or finalizes it.',
  words: [1, 1],
  run([word = ''], admin, terminal, json) {
    if (word.toLowerCase() === 'finalize') return finalizeUpgrade.run([], admin, terminal, json);
    if (word.toLowerCase() !== 'query') throw new WrongWords();
    return everyNamenode(admin, terminal, {
      refused: 'Getting upgrade status failed',
      work: async ({ calls }) =>
        (await calls.call('upgradeStatus', {})).upgradeFinalized ? 'Upgrade finalized' : 'Upgrade not finalized',
    });
  },
};

export const refreshUserToGroupsMappings: Subcommand = {
  usage: '-refreshUserToGroupsMappings',
  help: "Has the namenode forget users' groups and ask for them again.",
  words: [0, 0],
  run: (_words, admin, terminal) =>
    everyNamenode(admin, terminal, {
      refused: 'Refresh user to groups mapping failed',
      work: async (namenode) => {
        await admin.refresh(namenode, 'refreshUserToGroupsMappings', {});
        return 'Refresh user to groups mapping successful';
      },
    }),
};

export const refreshSuperUserGroupsConfiguration: Subcommand = {
  usage: '-refreshSuperUserGroupsConfiguration',
  help: 'Has the namenode read again who may act for whom.',
  words: [0, 0],
  run: (_words, admin, terminal) =>
    everyNamenode(admin, terminal, {
      refused: 'Refresh super user groups configuration failed',
      work: async (namenode) => {
        await admin.refresh(namenode, 'refreshSuperUserGroupsConfiguration', {});
        return 'Refresh super user groups configuration successful';
      },
    }),
};

/** Asks the file system's one namenode, or each of a nameservice. Throws FailureError. */
async function everyNamenode(
  admin: Admin,
  terminal: Terminal,
  { refused, work, link = ' for ' }: Round,
): Promise<number> {
  const refusals: FailureError[] = [];
  for (const namenode of admin.members) {
    const where = admin.isNameservice ? `${link}${await addressText(namenode.address)}` : '';
    try {
      terminal.out(`${await work(namenode)}${where}\n`);
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      if (admin.isNameservice) terminal.err(`${refused}${where}\n`);
      refusals.push(error);
    }
  }
  const [first] = refusals;
  if (first === undefined) return 0;
  if (refusals.length === 1) throw first;
  const texts = refusals.map(({ message }) => message).join(', ');
  throw new FailureError({ code: first.failure.code, message: `${refusals.length} exceptions [${texts}]` });
}

/** How Java shows an address with its name, "host/10.0.0.1:8020"; a name that nobody knows is "<unresolved>". */
async function addressText({ host, port }: Address): Promise<string> {
  const address = await addressOf(host);
  return `${address === host ? '' : host}/${address ?? '<unresolved>'}:${port}`;
}

/** How old, and how many changes behind, the last saved namespace may be when the namenode is to stop. */
export function checkpointWindow(config: Pick<Config, 'raw'>): { timeWindow: number; txGap: number } {
  const set = (key: string, fallback: number): number => {
    const [, count, unit] = /^\s*(\d+)\s*([smhd]?)\s*$/.exec(config.raw(key) ?? '') ?? [];
    return count === undefined ? fallback : Number(count) * SECONDS[(unit || 's') as keyof typeof SECONDS];
  };
  const periods = set('dfs.namenode.missing.checkpoint.periods.before.shutdown', MISSING_PERIODS);
  return {
    timeWindow: periods * set('dfs.namenode.checkpoint.period', CHECKPOINT_SECONDS),
    txGap: periods * set('dfs.namenode.checkpoint.txns', CHECKPOINT_TRANSACTIONS),
  };
}
