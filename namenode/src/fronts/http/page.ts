import { adminStateNames } from './datanode-tables.js';
import { percentUsed } from './percents.js';
import type { DatanodeFacts, NamenodeSnapshot } from './view.js';

const STYLE =
  'body{font:14px/1.5 sans-serif;margin:2em;color:#222}h1{font-size:1.4em}h2{font-size:1.1em}' +
  'table{border-collapse:collapse}th,td{text-align:left;padding:.2em 1em .2em 0;border-bottom:1px solid #ddd}' +
  '.number{text-align:right}.warn{color:#b00}';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** The overview for people: one page of HTML that needs nothing else. */
export function overviewPage(from: NamenodeSnapshot): string {
  const title = `rfs namenode ${from.hostAndPort}`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    from.safeMode === undefined ? '' : `<p class="warn">Safe mode is ON. ${escaped(from.safeMode)}</p>`,
    overview(from),
    '<h2>Datanodes</h2>',
    datanodeTable(from.datanodes),
    '<p><a href="/metrics">Metrics</a> &middot; <a href="/jmx">JMX</a> &middot; <a href="/health">Health</a></p>',
  ];
  return (
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
    `<style>${STYLE}</style></head><body>${body.join('\n')}</body></html>\n`
  );
}

function overview(from: NamenodeSnapshot): string {
  const { stats, filesystem } = from;
  const share = percentUsed(stats.usedBytes, stats.capacityBytes).toFixed(2);
  const rows: readonly (readonly [string, string])[] = [
    ['Role', from.role],
    ['Started', new Date(from.startedMs).toISOString()],
    ['Version', from.version],
    ['Cluster', filesystem?.clusterId ?? 'not made yet'],
    ['Block pool', filesystem?.blockPoolId ?? 'not made yet'],
    ['Applied index', String(from.appliedIndex)],
    ['Files and directories', String(from.inodes)],
    ['Open files', String(from.openFiles)],
    ['Blocks', String(stats.blocks)],
    ['Capacity', sizeText(stats.capacityBytes)],
    ['Used', `${sizeText(stats.usedBytes)} (${share}%)`],
    ['Remaining', sizeText(stats.remainingBytes)],
    ['Used by others', sizeText(stats.nonDfsUsedBytes)],
    ['Missing blocks', String(stats.missingBlocks)],
    ['Blocks that lack replicas', String(stats.lowRedundancyBlocks)],
    ['Corrupt replicas', String(stats.corruptReplicaBlocks)],
    ['Deletions pending', String(stats.pendingDeletionBlocks)],
  ];
  return `<table>${rows.map(([name, value]) => `<tr><th>${name}</th><td>${escaped(value)}</td></tr>`).join('')}</table>`;
}

const COLUMNS = ['Host', 'Rack', 'State', 'Last contact', 'Blocks', 'Capacity', 'Used', 'Remaining', 'Failed volumes'];

function datanodeTable(datanodes: readonly DatanodeFacts[]): string {
  if (datanodes.length === 0) return '<p>None has registered.</p>';
  const head = COLUMNS.map((name) => `<th>${name}</th>`).join('');
  return `<table><tr>${head}</tr>${datanodes.map(datanodeRow).join('')}</table>`;
}

function datanodeRow(node: DatanodeFacts): string {
  const condition = node.alive ? (node.stale ? 'stale' : 'live') : 'dead';
  const cells = [
    `${node.hostName}:${node.xferPort}`,
    node.rack,
    `${condition}, ${adminStateNames[node.adminState]}`,
    `${Math.trunc(node.lastContactMs / 1000)} s ago`,
    String(node.blocks),
    sizeText(node.capacityBytes),
    sizeText(node.usedBytes),
    sizeText(node.remainingBytes),
    String(node.failedVolumes),
  ].map((text, column) => `<td${column > 3 ? ' class="number"' : ''}>${escaped(text)}</td>`);
  return `<tr${node.alive ? '' : ' class="warn"'}>${cells.join('')}</tr>`;
}

/** "252.0 GiB" */
function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${UNITS[unit] as string}`;
}

/** Names come from datanodes and configuration: none may become markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
