/** What came of a namenode's word about its role: it is believed anew, or its claim is older than the one believed. */
export type ClaimVerdict = 'taken' | 'older' | 'nothing new';

/**
 * Which namenode is obeyed (BPOfferService.updateActorStatesFromHeartbeat): the one whose claim to lead is above all
 * earlier ones, as long as it goes on claiming.
 */
export class ActiveChoice<Namenode> {
  private chosen: Namenode | null = null;
  /** The highest transaction id with which a namenode has claimed to lead. */
  private lastClaim = -1;

  /** Null while nobody is believed. */
  get active(): Namenode | null {
    return this.chosen;
  }

  get believedTxid(): number {
    return this.lastClaim;
  }

  /** Believed without a transaction id, as long as nobody else leads (BPOfferService.verifyAndSetNamespaceInfo). */
  presume(namenode: Namenode): void {
    this.chosen ??= namenode;
  }

  /** What a heartbeat's answer says of the namenode's role. */
  hear(namenode: Namenode, claims: boolean, txid: number): ClaimVerdict {
    let verdict: ClaimVerdict = 'nothing new';
    if (claims && this.chosen !== namenode) {
      if (txid <= this.lastClaim) return 'older';
      this.chosen = namenode;
      verdict = 'taken';
    } else if (!claims && this.chosen === namenode) this.chosen = null;
    if (this.chosen === namenode) this.lastClaim = txid;
    return verdict;
  }
}
