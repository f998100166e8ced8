#!/usr/bin/env bash
# A byte flipped in a replica on disk: readers get the right bytes, and the bad replica is reported and replaced.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster 3 dfs.replication=2
random_bytes 8 > "$work/data"
fs -put "$work/data" /data
want=$(digest < "$work/data")
replicas() { find "$CLUSTER" -path '*/finalized/*' -name 'blk_*' ! -name '*.meta' | sort; }
bad=$(replicas | head -1)
printf '\xff\x00\xff\x00' | dd of="$bad" bs=1 seek=4000000 conv=notrunc status=none
for _ in 1 2 3 4 5 6; do same "$(fs -cat /data | digest)" "$want" "cat with a bad replica"; done | sort -u
# Two good replicas again, the bad one gone: the report of the bad one reached the namenode.
replaced() {
  good=0
  while read -r replica; do [ "$(digest < "$replica")" != "$want" ] || good=$((good + 1)); done < <(replicas)
  [ "$good" = 2 ] && [ "$(replicas | wc -l)" = 2 ]
}
wait_for replaced || true
same "$good $(replicas | wc -l)" "2 2" "the bad replica is reported and replaced by a good one"
