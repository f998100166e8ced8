import type { ContentSummary, QuotaUsage, StorageKind } from '@rfs/client/dfs';
import { Command, type CommandInfo } from '../command/command.js';
import { UsageError } from '../command/errors.js';
import { JsonArray } from '../command/json.js';
import { type Options, takeOptions } from '../command/options.js';
import { formatSize } from '../format/size.js';
import type { Item } from '../model/item.js';

export const countInfo: CommandInfo = {
  name: 'count',
  usage: '[-q] [-h] [-v] [-t [<storage type>]] [-u] [-x] [-e] [-s] <path> ...',
  help:
    'Counts directories, files and bytes: DIR_COUNT FILE_COUNT CONTENT_SIZE PATHNAME.\n' +
    '  -q  Quotas before that: QUOTA REM_QUOTA SPACE_QUOTA REM_SPACE_QUOTA.\n' +
    '  -u  Only quotas.\n' +
    '  -t  With -q or -u: quotas of storage types (all, or a list with commas).\n' +
    '  -h  Sizes with K, M, G.\n' +
    '  -v  A header.\n' +
    '  -x  Without snapshots.\n' +
    '  -e  Erasure coding policy.\n' +
    '  -s  Snapshot counts.\n' +
    '  --json  An array of objects.',
};

const QUOTA_WIDTHS = [12, 15, 15, 15];
const SUMMARY_WIDTHS = [12, 12, 18];
const SNAPSHOT_WIDTHS = [18, 24, 24, 28];
const TYPE_WIDTHS = [14, 18];
const QUOTA_HEADERS = ['QUOTA', 'REM_QUOTA', 'SPACE_QUOTA', 'REM_SPACE_QUOTA'];
const SUMMARY_HEADERS = ['DIR_COUNT', 'FILE_COUNT', 'CONTENT_SIZE'];
const SNAPSHOT_HEADERS = ['SNAPSHOT_LENGTH', 'SNAPSHOT_FILE_COUNT', 'SNAPSHOT_DIR_COUNT', 'SNAPSHOT_SPACE_CONSUMED'];

/** The storage types that can have a quota, in HDFS's order. */
const QUOTA_TYPES: readonly StorageKind[] = ['SSD', 'DISK', 'ARCHIVE', 'PROVIDED', 'NVDIMM'];
const ALL_TYPES: readonly StorageKind[] = ['RAM_DISK', ...QUOTA_TYPES];

export class Count extends Command {
  private options!: Options;
  private types: readonly StorageKind[] | undefined;
  private withoutSnapshots = false;
  private json: JsonArray | undefined;

  protected override takeOptions(args: string[]): void {
    const flags = ['q', 'h', 'v', 'u', 'x', 'e', 's'];
    this.options = takeOptions(args, { min: 1, flags, valued: ['t'] });
    this.withoutSnapshots = this.options.has('x');
    if (this.options.has('q') || this.options.has('u')) {
      const text = this.options.value('t');
      if (text !== undefined) this.types = parseTypes(text);
      if (this.withoutSnapshots) {
        this.shell.out.line('q or u option is given, the -x option is ignored.');
        this.withoutSnapshots = false;
      }
    }
    if (this.shell.json) this.json = new JsonArray(this.shell.out);
    else if (this.options.has('v')) this.shell.out.line(this.header());
  }

  protected override async process(item: Item): Promise<void> {
    const { files, path } = item;
    if (this.json !== undefined) {
      this.json.add({ path: item.toString(), ...summaryJson(await files.contentSummary(path)) });
      return;
    }
    let summary: ContentSummary | undefined;
    let text = '';
    if (this.types !== undefined || this.options.has('u')) {
      const usage = await files.quotaUsage(path);
      text += this.types === undefined ? this.quotas(usage) : this.typeQuotas(usage, this.types);
    } else {
      summary = await files.contentSummary(path);
      text += (this.options.has('q') ? this.quotas(summary) : '') + this.counts(summary);
    }
    if (this.options.has('e') || this.options.has('s')) summary ??= await files.contentSummary(path);
    if (summary !== undefined && this.options.has('e'))
      text += columns([20], [policyText(summary.erasureCodingPolicy)]);
    if (summary !== undefined && this.options.has('s')) text += this.snapshots(summary);
    this.shell.out.line(text + item);
  }

  protected override finish(): void {
    this.json?.end();
  }

  private header(): string {
    const withTypes = this.types?.map((type) => columns(TYPE_WIDTHS, [`${type}_QUOTA`, `REM_${type}_QUOTA`])).join('');
    const quotas = columns(QUOTA_WIDTHS, QUOTA_HEADERS);
    const summary = columns(SUMMARY_WIDTHS, SUMMARY_HEADERS);
    let text = withTypes ?? (this.options.has('u') ? quotas : (this.options.has('q') ? quotas : '') + summary);
    if (this.options.has('e')) text += columns([20], ['ERASURECODING_POLICY']);
    if (this.options.has('s')) text += columns(SNAPSHOT_WIDTHS, SNAPSHOT_HEADERS);
    return `${text}PATHNAME`;
  }

  private size(count: number): string {
    return formatSize(count, this.options.has('h'));
  }

  private counts(summary: ContentSummary): string {
    const minus = (all: number, snapshots: number): string => this.size(this.withoutSnapshots ? all - snapshots : all);
    return columns(SUMMARY_WIDTHS, [
      minus(summary.directoryCount, summary.snapshotDirectoryCount),
      minus(summary.fileCount, summary.snapshotFileCount),
      minus(summary.lengthBytes, summary.snapshotLengthBytes),
    ]);
  }

  private quotas(usage: QuotaUsage): string {
    const { quota, spaceQuotaBytes } = usage;
    const names = quota > 0 ? [this.size(quota), this.size(quota - usage.fileAndDirectoryCount)] : ['none', 'inf'];
    const space =
      spaceQuotaBytes >= 0
        ? [this.size(spaceQuotaBytes), this.size(spaceQuotaBytes - usage.spaceConsumedBytes)]
        : ['none', 'inf'];
    return columns(QUOTA_WIDTHS, [...names, ...space]);
  }

  private typeQuotas(usage: QuotaUsage, types: readonly StorageKind[]): string {
    return types
      .map((type) => {
        const { quotaBytes, consumedBytes } = usage.types.get(type) ?? { quotaBytes: -1, consumedBytes: 0 };
        const has = quotaBytes >= 0;
        const shown = has ? [this.size(quotaBytes), this.size(quotaBytes - consumedBytes)] : ['none', 'inf'];
        return columns(TYPE_WIDTHS, shown);
      })
      .join('');
  }

  private snapshots(summary: ContentSummary): string {
    const figures = [
      summary.snapshotLengthBytes,
      summary.snapshotFileCount,
      summary.snapshotDirectoryCount,
      summary.snapshotSpaceConsumedBytes,
    ];
    return columns(
      SNAPSHOT_WIDTHS,
      figures.map((figure) => this.size(figure)),
    );
  }
}

/** Cells set right in columns of these widths, a space behind each. */
function columns(widths: readonly number[], cells: readonly string[]): string {
  return cells.map((cell, at) => `${cell.padStart(widths[at]!)} `).join('');
}

function policyText(policy: string): string {
  return policy === 'Replicated' ? policy : `EC:${policy}`;
}

function parseTypes(text: string): readonly StorageKind[] {
  if (text === '' || text.toLowerCase() === 'all') return QUOTA_TYPES;
  return text.split(',').map((part) => {
    const type = ALL_TYPES.find((known) => known === part.toUpperCase());
    if (type === undefined) {
      throw new UsageError(`No enum constant org.apache.hadoop.fs.StorageType.${part.toUpperCase()}`);
    }
    return type;
  });
}

function summaryJson(summary: ContentSummary): object {
  return {
    directoryCount: summary.directoryCount,
    fileCount: summary.fileCount,
    length: summary.lengthBytes,
    spaceConsumed: summary.spaceConsumedBytes,
    quota: summary.quota,
    spaceQuota: summary.spaceQuotaBytes,
    erasureCodingPolicy: summary.erasureCodingPolicy,
  };
}
