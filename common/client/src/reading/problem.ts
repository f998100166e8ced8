/** Why a replica could not be read: its bytes are wrong, the datanode does not give it, or the connection broke. */
export class ReplicaProblem extends Error {
  override readonly name = 'ReplicaProblem';
  readonly kind: 'checksum' | 'refused' | 'lost';

  constructor(kind: ReplicaProblem['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
