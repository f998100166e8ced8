import {
  STORAGE_POLICIES,
  type Storage,
  type StoragePolicy,
  StorageType,
  storagePolicyById,
} from '../../blocks/index.js';
import { storageTypeName } from './replicas.js';

/** Blocks that lie in one way and should lie in another. */
interface Combination {
  readonly description: string;
  readonly specified: StoragePolicy;
  readonly matches: boolean;
  count: number;
}

/** The order of Java's enum StorageType, which is not that of the wire. */
const ENUM_ORDER: readonly number[] = [
  StorageType.RAM_DISK,
  StorageType.SSD,
  StorageType.DISK,
  StorageType.ARCHIVE,
  StorageType.PROVIDED,
  StorageType.NVDIMM,
];

/** Counts on what types of storage blocks lie, against their files' policies (StoragePolicySummary). */
export class PolicySummary {
  private readonly combinations = new Map<string, Combination>();
  private blocks = 0;

  add(storages: readonly Storage[], policyId: number): void {
    const specified = storagePolicyById(policyId);
    const types = inOrder(storages.map((storage) => storage.type));
    const key = `${specified.id}|${types.join()}`;
    this.blocks++;
    const known = this.combinations.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const actual = STORAGE_POLICIES.find((policy) => isLaidOutBy(policy, types));
    const description = describe(types) + (actual === undefined ? '' : `(${actual.name})`);
    this.combinations.set(key, { description, specified, matches: actual?.id === specified.id, count: 1 });
  }

  /** Both tables, as HDFS prints them. */
  text(): string {
    const sorted = [...this.combinations.values()].sort((a, b) => b.count - a.count);
    const satisfied = sorted.filter(({ matches }) => matches).map((row) => row.description.padEnd(25) + this.tail(row));
    const others = sorted
      .filter(({ matches }) => !matches)
      .map((row) => `${row.description.padEnd(35)} ${row.specified.name.padEnd(20)}${this.tail(row)}`);
    const first = [
      '',
      'Blocks satisfying the specified storage policy:',
      'Storage Policy                  # of blocks       % of blocks',
      ...satisfied,
    ];
    const second =
      others.length === 0
        ? ['', 'All blocks satisfy specified storage policy.']
        : [
            '',
            'Blocks NOT satisfying the specified storage policy:',
            'Storage Policy                  Specified Storage Policy      # of blocks       % of blocks',
            ...others,
          ];
    return `${[...first, ...second].join('\n')}\n`;
  }

  private tail({ count }: Combination): string {
    const percent = ((count / this.blocks) * 100).toFixed(4);
    return ` ${String(count).padStart(10)}  ${`${percent}%`.padStart(20)}`;
  }
}

function inOrder(types: readonly StorageType[]): StorageType[] {
  return [...types].sort((a, b) => ENUM_ORDER.indexOf(a) - ENUM_ORDER.indexOf(b));
}

/** The policy's types in order, the last one repeated. */
function isLaidOutBy(policy: StoragePolicy, types: readonly StorageType[]): boolean {
  const wanted = inOrder(policy.types);
  return wanted.length <= types.length && types.every((type, i) => type === (wanted[i] ?? wanted.at(-1)));
}

function describe(types: readonly StorageType[]): string {
  const counts = new Map<StorageType, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${storageTypeName(type)}:${count}`).join();
}
