import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Logger } from '@rfs/base/log';
import { type RackQuestion, Racks, type RackTable } from './racks.js';

/** Where racks come from; the fields are the settings of the same names. */
export interface TopologyOptions {
  /** net.topology.node.switch.mapping.impl */
  readonly mapping: 'ScriptBasedMapping' | 'TableMapping';
  /** net.topology.table.file.name */
  readonly table: string | undefined;
  /** net.topology.script.file.name */
  readonly script: string | undefined;
  /** net.topology.script.number.args */
  readonly scriptArguments: number;
  readonly logger: Logger;
  /** Longest run of the script. */
  readonly scriptTimeoutMs?: number;
}

const MAX_OUTPUT_BYTES = 1 << 20;
const DEFAULT_SCRIPT_TIMEOUT_MS = 60_000;

/**
 * The racks of a cluster's hosts, from a table in a file or from the operator's script; with neither, all are in the
 * default rack.
 */
export class ClusterTopology {
  private readonly racks: Racks;
  private readonly tableFile: string | undefined;
  private readonly logger: Logger;

  private constructor(racks: Racks, tableFile: string | undefined, logger: Logger) {
    this.racks = racks;
    this.tableFile = tableFile;
    this.logger = logger;
  }

  /** Reads the table, if that is where racks come from. What cannot be read is logged and leaves the default rack. */
  static async open(target: RackTable, options: TopologyOptions): Promise<ClusterTopology> {
    const { mapping, script, logger } = options;
    const asked = mapping === 'ScriptBasedMapping' && script !== undefined;
    const racks = new Racks(target, asked ? runScript(script, options) : undefined, options.scriptArguments);
    const tableFile = mapping === 'TableMapping' ? options.table : undefined;
    if (mapping === 'TableMapping' && tableFile === undefined) {
      logger.warn('no topology table is configured, all hosts are in the default rack');
    }
    const topology = new ClusterTopology(racks, tableFile, logger);
    if (tableFile !== undefined) await topology.refresh();
    return topology;
  }

  /**
   * Calls `done` once the rack of a host is known, at once if it is: to be waited for before a datanode's registration
   * is handed on. @param address IP, as HDFS asks its scripts
   */
  resolve(address: string, done: () => void): void {
    this.racks.resolve(address, done);
  }

  /** Reads the table again, or asks the script anew; a table that cannot be read leaves the old one in place. */
  async refresh(): Promise<void> {
    if (this.tableFile === undefined) {
      this.racks.replace(new Map());
      return;
    }
    try {
      this.racks.replace(parseTable(await readFile(this.tableFile, 'utf8'), this.logger));
    } catch (error) {
      this.logger.warn('the topology table cannot be read', { path: this.tableFile, error });
    }
  }
}

/** Lines of a host's name or address and its rack; empty lines and those that begin with # are passed (TableMapping). */
function parseTable(text: string, logger: Logger): Map<string, string> {
  const table = new Map<string, string>();
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [host, rack, more] = line.split(/\s+/);
    if (host === undefined || rack === undefined || more !== undefined) {
      logger.warn('a line of the topology table has not two columns', { line });
    } else table.set(host, rack);
  }
  return table;
}

/** The script gets addresses as arguments and prints as many racks (ScriptBasedMapping). */
function runScript(script: string, options: TopologyOptions): RackQuestion {
  const { logger, scriptTimeoutMs = DEFAULT_SCRIPT_TIMEOUT_MS } = options;
  const settings = { timeout: scriptTimeoutMs, maxBuffer: MAX_OUTPUT_BYTES, killSignal: 'SIGKILL' } as const;
  return (addresses, done) => {
    execFile(script, addresses, settings, (error, output) => {
      if (error !== null) {
        logger.warn('the topology script failed', { script, error });
        done(undefined);
        return;
      }
      const racks = output.split(/\s+/).filter((rack) => rack !== '');
      if (racks.length === addresses.length) done(racks);
      else {
        logger.warn('the topology script printed another number of racks than it was asked for', {
          script,
          asked: addresses.length,
          printed: racks.length,
        });
        done(undefined);
      }
    });
  };
}
