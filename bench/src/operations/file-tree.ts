import type { FakeDatanode } from '../fake-datanodes/index.js';
import type { Call, Load, ReplyCheck, Work } from '../load/index.js';
import { complete, create, getFileInfo, listing, locations, mkdirs, remove, rename } from './calls.js';
import { anyReply, fileStatusReply, listingReply, locationsReply, trueReply } from './checks.js';
import { makeFilesWithBlocks } from './files-with-blocks.js';

const PER_FOLDER = 100;

/** One operation: calls that warm the server up, and others that are measured. */
export interface Operation {
  readonly warmUp: Work;
  readonly measured: Work;
}

/**
 * The folders and files of the benchmark: `/bench/<kind>/d<n>/f<i>`, four components deep, a hundred files in each
 * folder. The numbers below `warm` are for warming up, those from there to `warm + count` are measured.
 */
export class FileTree {
  readonly warm: number;
  readonly count: number;
  private readonly replicas: number;

  constructor(count: number, replicas: number) {
    this.count = count;
    this.replicas = replicas;
    this.warm = Math.ceil(count / 3 / PER_FOLDER) * PER_FOLDER;
  }

  get total(): number {
    return this.warm + this.count;
  }

  /** Makes the folders that the operations below expect. */
  async prepare(load: Load): Promise<void> {
    for (const kind of ['files', 'renamed', 'blocks', 'made']) {
      const folders = Math.ceil(this.total / PER_FOLDER);
      await load.run({
        count: folders,
        make: (index) => mkdirs(`/bench/${kind}/d${index}`),
        check: trueReply,
      });
    }
  }

  /** The operations in an order in which each finds what it needs. */
  operations(): ReadonlyMap<string, Operation> {
    const path = (kind: string) => (index: number) => `/bench/${kind}/d${Math.floor(index / PER_FOLDER)}/f${index}`;
    const file = path('files');
    const renamed = path('renamed');
    const block = path('blocks');
    const folder = (index: number): string => `/bench/files/d${index % Math.floor(this.total / PER_FOLDER)}`;
    return new Map<string, Operation>([
      ['mkdirs', this.each((index) => mkdirs(path('made')(index)), trueReply)],
      ['create', this.each((index) => create(file(index)), fileStatusReply)],
      ['complete', this.each((index) => complete(file(index)), trueReply)],
      ['getFileInfo', this.each((index) => getFileInfo(file(index)), fileStatusReply)],
      ['getListing of 100', this.share(2, (index) => listing(folder(index)), listingReply(PER_FOLDER))],
      [
        'getBlockLocations',
        this.each((index) => locations(block(index % this.blockFiles)), locationsReply(this.replicas)),
      ],
      ['rename', this.each((index) => rename(file(index), renamed(index)), anyReply)],
      ['delete', this.each((index) => remove(renamed(index)), trueReply)],
    ]);
  }

  /**
   * Each client creates, completes, renames and deletes a file of its own, and then the next one: for `clients` clients on
   * each of `connections` connections, as Load deals calls out to them.
   */
  lives(connections: number, clients: number): Operation {
    const all = connections * clients;
    const steps = [
      create,
      (src: string): Call => complete(src),
      rename,
      (_: string, renamed: string): Call => remove(renamed),
    ];
    return this.each((index) => {
      const turn = Math.floor(index / all);
      const file = Math.floor(turn / steps.length) * all + (index % all);
      const name = `d${Math.floor(file / PER_FOLDER)}/f${file}`;
      const step = steps[turn % steps.length] as typeof rename;
      return step(`/bench/files/${name}`, `/bench/renamed/${name}`);
    }, anyReply);
  }

  get blockFiles(): number {
    return Math.ceil(this.total / 4 / PER_FOLDER) * PER_FOLDER;
  }

  /** Gives a quarter of the files one block each, whose replicas the datanodes report. */
  async makeBlocks(load: Load, datanodes: readonly FakeDatanode[]): Promise<void> {
    const path = (index: number): string => `/bench/blocks/d${Math.floor(index / PER_FOLDER)}/f${index}`;
    await makeFilesWithBlocks(load, datanodes, this.blockFiles, path);
  }

  private each(make: (index: number) => Call, check: ReplyCheck): Operation {
    return this.share(1, make, check);
  }

  /** A `part`-th of the usual number of calls, for operations that take as many times longer. */
  private share(part: number, make: (index: number) => Call, check: ReplyCheck): Operation {
    return {
      warmUp: { count: Math.ceil(this.warm / part), make, check },
      measured: { count: Math.ceil(this.count / part), make: (index) => make(this.warm + index), check },
    };
  }
}
