#!/usr/bin/env bash
# A replica of three gets another block's content, sums and all, while its datanode is down: no checksum tells it from
# a good one. Where its datanode remembers what it wrote, it is found and replaced. Where it does not, the namenode sees
# that the replicas differ, the datanodes check them, and as nobody can be shown to be wrong nothing is deleted, not
# even what is too many, and fsck says so, until an operator decides.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
UP_OPTIONS=--no-restart
# A datanode that is away for a while does not count as dead: nothing is copied, and then too many, because of that.
start_cluster 4 dfs.replication=3 dfs.heartbeat.interval=1 dfs.namenode.heartbeat.recheck-interval=300000 \
  dfs.namenode.redundancy.interval.seconds=1s dfs.blockreport.initialDelay=0 dfs.datanode.scan.period.hours=5s
pids=("" $(describe "' '.join(str(n['pid']) for n in d['datanodes'])"))
started=()
cleanup() { local pid; for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done; }

random_bytes 2 > "$work/both"
for name in a b; do head -c 1M > "$work/$name"; "$rfs" fs -put "$work/$name" /$name; done < "$work/both"
good=$(digest < "$work/a")
fsck() { curl -s "$WEB/fsck?ugi=$(whoami)&path=/${1:-}"; }
status() { fsck | tail -n 1; }
# block FILE: the name of its block's files
block() { fsck "$1&files=1&blocks=1" | sed -n 's/.*:\(blk_[0-9]*\)_[0-9]* .*/\1/p' | head -n 1; }
a=$(block a)
b=$(block b)
# of BLOCK: where its finalized replicas are
of() { find "$CLUSTER" -path '*/finalized/*' -name "$1" | sort; }

gone() { ! kill -0 "${pids[$holder]}" 2>/dev/null; }
# stop_holder: ends one of the datanodes that have a replica of /a; $at is its place
stop_holder() {
  at=$(of "$a" | head -n 1)
  holder=$(sed -n 's|.*/datanode\([0-9]\)/.*|\1|p' <<< "$at")
  end_holder
}
end_holder() {
  kill -TERM "${pids[$holder]}"
  wait_for gone || wrong "a datanode does not end"
}
start_holder() {
  "$rfs" datanode --conf "$CLUSTER/datanode$holder/conf" > "$work/datanode$holder.log" 2>&1 & pids[$holder]=$!; started+=($!)
}
# swap: the replica that was found gets the content and the sums of /b's block
swap() {
  local from; from=$(of "$b" | head -n 1)
  cp "$from" "$at"; cp "$from"_*.meta "$at"_*.meta
}
all_good() { [ "$(of "$a" | xargs -n 1 sha256sum | grep -c "^$good ")" = 3 ] && [ "$(of "$a" | wc -l)" = 3 ]; }
healthy() { [ "$(status)" = "The filesystem under path '/' is HEALTHY" ]; }

stop_holder; swap; start_holder
wait_for all_good || wrong "a swapped replica is not replaced: $(of "$a" | xargs sha256sum)"
ok "a swapped replica whose datanode remembers its digest is found and replaced"
wait_for healthy || wrong "$(fsck)"
ok "and the filesystem is healthy"

stop_holder; swap; find "$CLUSTER/datanode$holder" -name rfs-digests -delete; start_holder
undecided() { fsck | grep "^/a: *Replicas of .*$a.* differ. Each of them matches its own checksums, so nobody can say which one is wrong" > /dev/null; }
wait_for undecided || { fsck >&2; wrong "fsck does not tell of replicas that differ"; }
ok "one whose datanode does not remember: the replicas are found to differ, are checked, and fsck names the block"
same "$(status)" "The filesystem under path '/' is CORRUPT" "fsck does not call that healthy"
"$rfs" fs -setrep 2 /a > /dev/null
sleep 5
same "$(of "$a" | wc -l)" 3 "nothing is deleted, not even the one that is too many"

# An operator compares them, and takes away the wrong one.
end_holder
rm "$at" "$at"_*.meta
start_holder
wait_for healthy || wrong "$(fsck)"
ok "once an operator has taken the wrong one away all is well again"
same "$("$rfs" fs -cat /a | digest)" "$good" "and the file is what was written"
