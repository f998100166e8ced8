import type { Measure } from '../load/index.js';

/** One line per operation: each peer's rate and latencies, and rfs as a multiple of Apache. */
export function metadataTable(results: ReadonlyMap<string, ReadonlyMap<string, Measure>>): string {
  const peers = [...results.keys()];
  const operations = [...new Set(peers.flatMap((peer) => [...(results.get(peer)?.keys() ?? [])]))];
  const header = ['operation', ...peers.flatMap((peer) => [`${peer} ops/s`, 'p50 ms', 'p99 ms']), 'rfs / apache'];
  const rows = operations.map((operation) => {
    const cells = peers.flatMap((peer) => {
      const measure = results.get(peer)?.get(operation);
      if (measure === undefined) return ['-', '-', '-'];
      return [Math.round(measure.perSecond).toLocaleString('en'), measure.p50Ms.toFixed(2), measure.p99Ms.toFixed(2)];
    });
    return [operation, ...cells, ratio(results, operation)];
  });
  return table([header, ...rows]);
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

function ratio(results: ReadonlyMap<string, ReadonlyMap<string, Measure>>, operation: string): string {
  const rfs = results.get('rfs')?.get(operation);
  const apache = results.get('apache')?.get(operation);
  return rfs === undefined || apache === undefined ? '-' : (rfs.perSecond / apache.perSecond).toFixed(2);
}
