#!/usr/bin/env bash
# Apache's `hdfs debug verifyMeta` on every replica that the datanodes wrote.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster 2 dfs.blocksize=1048576 dfs.replication=2
random_bytes 3 > "$work/data"; echo odd >> "$work/data"
fs -put "$work/data" /data
checked=0
while read -r meta; do
  block=${meta%_*.meta}
  hadoop org.apache.hadoop.hdfs.tools.DebugAdmin verifyMeta -meta "$meta" -block "$block" > "$work/verify" || true
  grep -q 'Checksum verification succeeded' "$work/verify" || { cat "$work/verify" >&2; wrong "verifyMeta $meta"; }
  checked=$((checked + 1))
done < <(find "$CLUSTER" -path '*/finalized/*' -name 'blk_*.meta')
same "$checked" 8 "hdfs debug verifyMeta accepts every replica"
