import type { Measure } from '../load/index.js';

/** A measure with what it cost the server. */
export interface ServerMeasure extends Measure {
  /** Processor time of the server for one call, in microseconds. */
  readonly processorUs: number;
  /** The same of the other members of its group, all together. */
  readonly othersUs?: number;
}

/** One line per operation: each peer's rate and latencies, and rfs as a multiple of Apache. */
export function metadataTable(results: ReadonlyMap<string, ReadonlyMap<string, ServerMeasure>>): string {
  const peers = [...results.keys()];
  const operations = [...new Set(peers.flatMap((peer) => [...(results.get(peer)?.keys() ?? [])]))];
  const isGroup = [...results.values()].some((all) => [...all.values()].some(({ othersUs }) => othersUs !== undefined));
  const costs = isGroup ? ['cpu us', 'others us'] : ['cpu us'];
  const header = [
    'operation',
    ...peers.flatMap((peer) => [`${peer} ops/s`, 'p50 ms', 'p99 ms', ...costs]),
    'rfs / apache',
    'by cpu',
  ];
  const rows = operations.map((operation) => {
    const cells = peers.flatMap((peer) => {
      const measure = results.get(peer)?.get(operation);
      if (measure === undefined) return ['-', '-', '-', ...costs.map(() => '-')];
      const { perSecond, p50Ms, p99Ms, processorUs, othersUs } = measure;
      const rate = Math.round(perSecond).toLocaleString('en');
      const spent = isGroup ? [processorUs, othersUs ?? 0] : [processorUs];
      return [rate, p50Ms.toFixed(2), p99Ms.toFixed(2), ...spent.map((us) => us.toFixed(1))];
    });
    const rate = ratio(results, operation, ({ perSecond }) => perSecond);
    return [operation, ...cells, rate, ratio(results, operation, (measure) => 1 / costUs(measure))];
  });
  return table([header, ...rows]);
}

/** One line per figure: each peer's rate, and rfs as a multiple of Apache. */
export function ratioTable(title: string, results: ReadonlyMap<string, ReadonlyMap<string, number>>): string {
  const peers = [...results.keys()];
  const figures = [...new Set(peers.flatMap((peer) => [...(results.get(peer)?.keys() ?? [])]))];
  const rows = figures.map((figure) => {
    const rfs = results.get('rfs')?.get(figure);
    const apache = results.get('apache')?.get(figure);
    const cells = peers.map((peer) => Math.round(results.get(peer)?.get(figure) ?? 0).toLocaleString('en'));
    return [figure, ...cells, rfs === undefined || apache === undefined ? '-' : (rfs / apache).toFixed(2)];
  });
  return table([[title, ...peers, 'rfs / apache'], ...rows]);
}

/** Aligned columns: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return `${rows.map(line).join('\n')}\n`;
}

function costUs({ processorUs, othersUs = 0 }: ServerMeasure): number {
  return processorUs + othersUs;
}

function ratio(
  results: ReadonlyMap<string, ReadonlyMap<string, ServerMeasure>>,
  operation: string,
  value: (measure: ServerMeasure) => number,
): string {
  const rfs = results.get('rfs')?.get(operation);
  const apache = results.get('apache')?.get(operation);
  return rfs === undefined || apache === undefined ? '-' : (value(rfs) / value(apache)).toFixed(2);
}
