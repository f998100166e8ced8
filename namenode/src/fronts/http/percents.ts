/** A share in percent; of nothing, everything is used (DFSUtilClient.getPercentUsed). */
export function percentUsed(usedBytes: number, capacityBytes: number): number {
  return capacityBytes <= 0 ? 100 : floatPercent(usedBytes, capacityBytes);
}

/** A share in percent; of nothing, nothing remains (DFSUtilClient.getPercentRemaining). */
export function percentRemaining(remainingBytes: number, capacityBytes: number): number {
  return capacityBytes <= 0 ? 0 : floatPercent(remainingBytes, capacityBytes);
}

/** HDFS reckons shares in floats; the last digits it shows follow from that. */
function floatPercent(part: number, whole: number): number {
  const { fround } = Math;
  return fround(fround(fround(part) * 100) / fround(whole));
}

/** Of the whole population; 0 for none. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length);
}
