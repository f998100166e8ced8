import type { Clock } from '@rfs/base/seams';
import type { DatanodeInfoProto } from '@rfs/protocol/messages';

/** Datanodes that failed lately and are not wanted for new blocks. */
export class Excluded {
  private readonly expiryMs: number;
  private readonly clock: Clock;
  private readonly nodes = new Map<string, { readonly node: DatanodeInfoProto; readonly untilMs: number }>();

  constructor(expiryMs: number, clock: Clock) {
    this.expiryMs = expiryMs;
    this.clock = clock;
  }

  add(node: DatanodeInfoProto): void {
    this.nodes.set(node.id.datanodeUuid, { node, untilMs: this.clock.monotonicMs() + this.expiryMs });
  }

  list(): DatanodeInfoProto[] {
    const nowMs = this.clock.monotonicMs();
    for (const [uuid, { untilMs }] of this.nodes) if (untilMs <= nowMs) this.nodes.delete(uuid);
    return [...this.nodes.values()].map(({ node }) => node);
  }
}
