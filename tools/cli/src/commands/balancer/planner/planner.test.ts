import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatanodeStorageReportProto, StorageTypeProto } from '@rfs/protocol/messages';
import fc from 'fast-check';
import { type Block, classify, type Giver, giversOf, type Move, Moves, match, type Node } from './index.js';

const { DISK, SSD, RAM_DISK } = StorageTypeProto;
const GB = 1024 ** 3;

interface Disk {
  readonly type?: StorageTypeProto;
  readonly capacity: number;
  readonly used: number;
  readonly poolUsed?: number;
}

interface Reported {
  readonly node: Node;
  readonly report: DatanodeStorageReportProto;
}

function datanode(uuid: string, rack: string, ...disks: readonly Disk[]): Reported {
  const id = { ipAddr: '10.0.0.1', hostName: uuid, datanodeUuid: uuid, xferPort: 1, infoPort: 2, ipcPort: 3 };
  const info = { id, location: rack };
  const storageReports = disks.map(({ type = DISK, capacity, used, poolUsed = used }, i) => ({
    storageUuid: `${uuid}-${i}`,
    capacity,
    dfsUsed: poolUsed,
    remaining: capacity - used,
    blockPoolUsed: poolUsed,
    storage: { storageUuid: `${uuid}-${i}`, storageType: type },
  }));
  return { node: { uuid, rack, info }, report: { datanodeInfo: info, storageReports } };
}

const OPTIONS = {
  policy: 'datanode',
  threshold: 10,
  isSource: () => true,
  blockBytes: 1,
  maxMovedBytes: 1000 * GB,
} as const;

function planned(cluster: readonly Reported[], options: Partial<Parameters<typeof classify>[1]> = {}) {
  const classes = classify(cluster, { ...OPTIONS, ...options });
  const tasks = match(classes);
  const names = (groups: typeof classes.over): string[] => groups.map(({ node }) => node.uuid);
  return {
    tasks: tasks.map(({ source, target, leftBytes }) => `${source.node.uuid}>${target.node.uuid} ${leftBytes / GB}`),
    over: names(classes.over),
    above: names(classes.above),
    below: names(classes.below),
    under: names(classes.under),
    left: classes.bytesLeft / GB,
    givers: giversOf(tasks),
  };
}

test('datanodes are told apart by their distance from the average', () => {
  const cluster = [
    datanode('full', '/r', { capacity: 100 * GB, used: 80 * GB }),
    datanode('fuller', '/r', { capacity: 100 * GB, used: 58 * GB }),
    datanode('emptier', '/r', { capacity: 100 * GB, used: 42 * GB }),
    datanode('empty', '/r', { capacity: 100 * GB, used: 20 * GB }),
  ];
  const { over, above, below, under, left, tasks } = planned(cluster);
  assert.deepEqual([over, above, below, under], [['full'], ['fuller'], ['emptier'], ['empty']]);
  assert.equal(left, 20);
  assert.deepEqual(tasks, ['full>empty 30']);
});

test('a balanced cluster has nothing to do', () => {
  const cluster = ['a', 'b'].map((name, i) => datanode(name, '/r', { capacity: 100 * GB, used: (45 + 10 * i) * GB }));
  const { left, tasks } = planned(cluster);
  assert.deepEqual([left, tasks], [0, []]);
});

test('what is over gives to whoever is below, what is under takes from whoever is above', () => {
  const one = [
    datanode('full', '/r', { capacity: 100 * GB, used: 90 * GB }),
    ...['a', 'b', 'c', 'd'].map((name) => datanode(name, '/r', { capacity: 100 * GB, used: 50 * GB })),
  ];
  assert.deepEqual(planned(one).tasks, ['full>a 8', 'full>b 8', 'full>c 8', 'full>d 8']);
  const other = [
    datanode('empty', '/r', { capacity: 100 * GB, used: 10 * GB }),
    ...['a', 'b', 'c', 'd'].map((name) => datanode(name, '/r', { capacity: 100 * GB, used: 50 * GB })),
  ];
  assert.deepEqual(planned(other).tasks, ['a>empty 8', 'b>empty 8', 'c>empty 8', 'd>empty 8']);
});

test('neighbours on a rack come first', () => {
  const cluster = [
    datanode('full', '/r1', { capacity: 100 * GB, used: 90 * GB }),
    datanode('far', '/r2', { capacity: 100 * GB, used: 30 * GB }),
    datanode('near', '/r1', { capacity: 100 * GB, used: 30 * GB }),
  ];
  assert.deepEqual(planned(cluster).tasks, ['full>near 20', 'full>far 20']);
});

test('every storage type is balanced by itself, and memory not at all', () => {
  const cluster = [
    datanode(
      'a',
      '/r',
      { capacity: 100 * GB, used: 80 * GB },
      { type: SSD, capacity: 10 * GB, used: 0 },
      { type: RAM_DISK, capacity: GB, used: GB },
    ),
    datanode(
      'b',
      '/r',
      { capacity: 100 * GB, used: 20 * GB },
      { type: SSD, capacity: 10 * GB, used: 10 * GB },
      { type: RAM_DISK, capacity: GB, used: 0 },
    ),
  ];
  assert.deepEqual(planned(cluster).tasks, ['a>b 30', 'b>a 5']);
});

test("the policy says what is full: the disk, or the block pool's part of it", () => {
  const cluster = [
    datanode('a', '/r', { capacity: 100 * GB, used: 80 * GB, poolUsed: 5 * GB }),
    datanode('b', '/r', { capacity: 100 * GB, used: 20 * GB, poolUsed: 20 * GB }),
  ];
  assert.deepEqual(planned(cluster).tasks, ['a>b 30']);
  assert.deepEqual(planned(cluster, { policy: 'blockpool', threshold: 5 }).left, 0);
});

test('only sources give, a target takes what it has room for, and an iteration moves so much at most', () => {
  const cluster = [
    datanode('a', '/r', { capacity: 100 * GB, used: 90 * GB }),
    datanode('b', '/r', { capacity: 100 * GB, used: 90 * GB }),
    datanode('c', '/r', { capacity: 20 * GB, used: 1 * GB }, { capacity: 20 * GB, used: 17 * GB }),
  ];
  assert.deepEqual(planned(cluster, { threshold: 5, isSource: ({ uuid }) => uuid === 'b' }).over, ['b']);
  const [task] = planned(cluster, { threshold: 5, blockBytes: 4 * GB, maxMovedBytes: 2 * GB }).tasks;
  assert.equal(task, 'a>c 2');
});

/** A giver with one task from `from` to `to`, and the block at `places`. */
function choice(places: readonly Node[], from: Node, to: Node, perNode = 10): { moves: Moves; giver: Giver } {
  const cluster = [from, to].map((node, i) => ({
    ...datanode(node.uuid, node.rack, { capacity: 100 * GB, used: i === 0 ? 90 * GB : 0 }),
    node,
  }));
  const [giver] = planned(cluster).givers as [Giver];
  const moves = new Moves({ perNode, all: 100 });
  moves.offer(giver, [{ id: 1, stamp: 1, bytes: GB, places: places.map((node) => ({ node, type: DISK })) }]);
  return { moves, giver };
}

const on = (uuid: string, rack: string): Node => datanode(uuid, rack).node;

test('a block does not go where it is, and never to fewer racks', () => {
  const [a, b, c, d] = [on('a', '/r1'), on('b', '/r1'), on('c', '/r2'), on('d', '/r2')];
  const goes = (places: Node[], from: Node, to: Node): string | undefined => {
    const { moves, giver } = choice(places, from, to);
    return moves.next(giver, 0)?.proxy.uuid;
  };
  assert.equal(goes([a, b], a, b), undefined, 'the target has it');
  assert.equal(goes([a, c], a, d), undefined, 'both would be on r2');
  assert.equal(goes([a, c], a, b), 'a', 'on the same rack, from a neighbour of the target');
  assert.equal(goes([a, b, c], a, d), 'c', 'r1 keeps one');
  assert.equal(goes([a, b], a, c), 'a', 'a rack more');
  assert.equal(goes([b, c], a, d), undefined, 'the source no longer has it');
});

test('datanodes take part in as many moves as they may, and rest after a failure', () => {
  const [a, b, c] = [on('a', '/r'), on('b', '/r'), on('c', '/r')];
  const { moves, giver } = choice([a], a, b, 1);
  moves.offer(giver, [
    { id: 2, stamp: 1, bytes: GB, places: [{ node: a, type: DISK }] },
    {
      id: 3,
      stamp: 1,
      bytes: GB,
      places: [
        { node: c, type: DISK },
        { node: a, type: DISK },
      ],
    },
  ]);
  const first = moves.next(giver, 0) as Move;
  assert.equal(first.block.id, 1);
  assert.equal(moves.next(giver, 0), undefined, 'the target is busy');
  moves.ended(first, true, 500);
  assert.equal(moves.next(giver, 499), undefined, 'both rest');
  assert.equal(moves.next(giver, 500)?.block.id, 2);
  assert.equal(moves.underWay, 1);
});

test('a plan never gives more than a datanode has too much, nor takes more than fits', () => {
  const disk = fc.record({
    capacity: fc.integer({ min: 1, max: 1000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const datanodes = fc.array(fc.record({ disk, rack: fc.constantFrom('/a', '/b', '/c') }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(datanodes, fc.integer({ min: 1, max: 30 }), (all, threshold) => {
      const cluster = all.map(({ disk: { capacity, share }, rack }, i) =>
        datanode(`dn${i}`, rack, { capacity: capacity * GB, used: Math.floor(capacity * GB * share) }),
      );
      const classes = classify(cluster, { ...OPTIONS, threshold });
      const tasks = match(classes);
      for (const { source, target, leftBytes } of tasks) {
        assert.ok(leftBytes > 0 && source.utilization > target.utilization);
        assert.ok(classes.over.includes(source) || classes.under.includes(target), 'one of the two is out of balance');
      }
      for (const group of [...classes.over, ...classes.above, ...classes.below, ...classes.under]) {
        assert.ok(group.plannedBytes <= group.maxBytes);
      }
    }),
  );
});

test('moves of one iteration never touch a block twice', () => {
  const nodes = Array.from({ length: 6 }, (_, i) => on(`dn${i}`, `/r${i % 3}`));
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }), { maxLength: 40 }),
      (spread) => {
        const cluster = nodes.map((node, i) => ({
          ...datanode(node.uuid, node.rack, { capacity: 100 * GB, used: i < 3 ? 90 * GB : 10 * GB }),
          node,
        }));
        const moves = new Moves({ perNode: 100, all: 1000 });
        const blocks = spread.map(
          (places, id): Block => ({
            id,
            stamp: 1,
            bytes: GB,
            places: places.map((i) => ({ node: nodes[i]!, type: DISK })),
          }),
        );
        const seen = new Set<number>();
        for (const giver of planned(cluster).givers) {
          moves.offer(giver, blocks);
          for (let move = moves.next(giver, 0); move !== undefined; move = moves.next(giver, 0)) {
            assert.ok(!seen.has(move.block.id));
            seen.add(move.block.id);
            const before = new Set(move.block.places.map(({ node }) => node.rack)).size;
            const rest = move.block.places.map(({ node }) => node).filter((node) => node !== move.source.node);
            assert.ok(!rest.includes(move.target.node));
            assert.ok(new Set([...rest, move.target.node].map(({ rack }) => rack)).size >= before);
          }
        }
      },
    ),
  );
});
