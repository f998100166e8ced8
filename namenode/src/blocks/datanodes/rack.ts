import type { Datanode } from './datanode.js';

/** Where a host stands when no table says (NetworkTopology.DEFAULT_RACK). */
export const DEFAULT_RACK = '/default-rack';

/** One leaf of the tree of network locations, with its datanodes in no order. */
export class Rack {
  readonly path: string;
  /** The path's components, outermost first. */
  readonly parts: readonly string[];
  readonly datanodes: Datanode[] = [];
  /** Those of them that are not decommissioned or about to be. */
  staying = 0;

  constructor(path: string) {
    this.path = path;
    this.parts = path.split('/').filter((part) => part !== '');
  }
}

/** "/a/b" for "a/b/", "/a//b" and the like; the default rack for an empty path. */
export function normalizeRackPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.length === 0 ? DEFAULT_RACK : `/${parts.join('/')}`;
}
