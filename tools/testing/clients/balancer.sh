#!/usr/bin/env bash
# Balancing: three full datanodes and an empty fourth, evened out by Hadoop's own balancer; then an empty fifth, by
# `rfs balancer` (with TARGET=apache the fourth, all of them Apache's). Meanwhile and afterwards every byte can be read, and no block has more or fewer replicas than asked.
# Reserved space makes disks as small as one likes where the file system keeps nothing for root: in memory, if need be.
for folder in "${TMPDIR:-/tmp}" /dev/shm; do
  if python3 -c "import os,sys; s=os.statvfs('$folder'); sys.exit(s.f_bfree != s.f_bavail or s.f_bavail * s.f_frsize < 1 << 30)"; then
    export TMPDIR=$folder
    break
  fi
done
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What each datanode may have; all else on the disk is reserved for others.
capacity=$((128 * 1024 * 1024))
reserved=$(python3 -c "import os,sys; s=os.statvfs(sys.argv[1]); print(s.f_blocks * s.f_frsize - $capacity)" "$work")
start_cluster 3 dfs.blocksize=4194304 dfs.replication=2 "dfs.datanode.du.reserved=$reserved" \
  dfs.namenode.redundancy.interval.seconds=1s dfs.heartbeat.interval=1 dfs.balancer.getBlocks.min-block-size=1048576 \
  dfs.datanode.round-robin-volume-choosing-policy.additional-available-space=0

added=()
cleanup() { local pid; for pid in "${added[@]}"; do kill -TERM "$pid"; wait "$pid" || true; done; }

# add_datanode NUMBER: one more, empty
add_datanode() {
  local conf=$work/datanode$1
  if [ "$TARGET" = apache ]; then
    cp -r "$CLUSTER/conf1" "$conf"
    sed -i "s#/data1<#/data$1<#; s#\(dfs.datanode[a-z.]*address</name><value>127.0.0.1:\)[0-9]*#\10#g" "$conf/hdfs-site.xml"
    java -Xmx1g -cp "$conf:$(jars)" org.apache.hadoop.hdfs.server.datanode.DataNode > "$conf/log" 2>&1 &
  else
    cp -r "$CLUSTER/datanode1/conf" "$conf"
    "$rfs" datanode --conf "$conf" -D "dfs.datanode.data.dir=file://$CLUSTER/datanode$1/data" \
      -D dfs.datanode.address=127.0.0.1:0 -D dfs.datanode.http.address=127.0.0.1:0 -D dfs.datanode.ipc.address=127.0.0.1:0 \
      > "$conf/log" 2>&1 &
  fi
  added+=($!)
  wait_for there "$1" || { cat "$conf/log" >&2; wrong "datanode $1 does not come"; }
}
# there COUNT: so many datanodes are live
there() { [ "$(used | wc -w)" = "$1" ]; }

# used: how full each live datanode is, in percent
used() { "$rfs" dfsadmin -report -live | awk '/^Name: /{node=1} node && /^DFS Used%: /{print $3+0}'; }

# farthest: how far from the average, in percent, a datanode is at most
farthest() { used | python3 -c "import sys; n=[float(w) for w in sys.stdin.read().split()]; a=sum(n)/len(n); print(int(max(abs(x-a) for x in n)))"; }

# even NAME LIMIT: all datanodes are within LIMIT percent of the average, once the sources have deleted what was moved
even() {
  wait_for within "$2" || wrong "$1: a datanode is $(farthest) % away from the average: $(used | tr '\n' ' ')"
  ok "$1: every datanode within $2 % of the average: $(used | tr '\n' ' ')"
}
within() { [ "$(farthest)" -le "$1" ]; }

# whole NAME: nothing lost, nothing doubled
whole() {
  same "$("$rfs" fs -cat /full | digest)" "$want" "$1: all is still there"
  same "$("$rfs" fsck / | sed -n 's/^ *Average block replication:[^0-9]*\([0-9.]*\)$/\1/p; s/^ Over-replicated blocks:[^0-9]*\([0-9]*\).*/\1/p;
    s/^The filesystem .* is \([A-Z]*\)$/\1/p' | tr '\n' ' ')" "0 2.0 HEALTHY " "$1: two replicas of every block, none too many"
}

random_bytes 150 > "$work/full"
want=$(digest < "$work/full")
"$rfs" fs -put "$work/full" /full

balancer=org.apache.hadoop.hdfs.server.balancer.Balancer
add_datanode 4
if [ "$TARGET" = rfs ]; then
  # Without the metrics of its own it gets beyond its first iteration (HDFS-17648).
  JAVA_SETTINGS=-Dhadoop.metrics.init.mode=STANDBY hadoop "$balancer" -threshold 5 > "$work/apache.out" 2> "$work/apache.err" || { code=$?; cat "$work/apache".*; wrong "Hadoop's balancer ended with $code"; }
  grep -q '^The cluster is balanced. Exiting...$' "$work/apache.out" || { cat "$work/apache.out"; wrong "Hadoop's balancer"; }
  ok "Hadoop's balancer: the cluster is balanced"
  even "Hadoop's balancer" 6
  whole "Hadoop's balancer"
  add_datanode 5
fi
"$rfs" balancer -threshold 5 > "$work/rfs.out" || { code=$?; cat "$work/rfs.out"; wrong "rfs balancer ended with $code"; }
grep -q '^The cluster is balanced. Exiting...$' "$work/rfs.out" || { cat "$work/rfs.out"; wrong "rfs balancer"; }
ok "rfs balancer: the cluster is balanced"
even "rfs balancer" 6
whole "rfs balancer"
[ "$TARGET" = apache ] || same "$(head -1 "$work/rfs.out")" "$(head -1 "$work/apache.out")" "rfs balancer: the same heading"
