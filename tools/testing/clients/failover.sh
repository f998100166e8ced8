#!/usr/bin/env bash
# failover.sh SCENARIO [COUNT]: clients of every kind write without pause while namenodes are killed, hang, hand over ...
# (failover/scenarios.py). FAILOVER_LIMIT_MS: how long after a kill the first write may be acknowledged; CLIENTS: which
# of them write.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
scenario=${1:-kill}
count=${2:-3}
python=$("$clients/venv.sh" native "hdfs-native==0.14.7")
cache=${RFS_CLIENTS_CACHE:-$HOME/.cache/rfs-clients}
go_writer=$cache/go/failover
(cd "$clients/failover" && go build -o "$go_writer" .)
namenodes=3
[ "$scenario" != each_in_turn ] || namenodes=2+1
UP_OPTIONS="--namenodes ${NAMENODES:-$namenodes}"
if [ "$scenario" = full_disk ]; then
  [ "$(id -u)" = 0 ] || { echo "!!!! not root: a full disk was NOT tried" >&2; exit 0; }
  export SMALL_DISK=$work/cluster/namenode3
  mkdir -p "$SMALL_DISK"
  mount -t tmpfs -o size=48m none "$SMALL_DISK" || { echo "!!!! nothing can be mounted here: a full disk was NOT tried" >&2; exit 0; }
  cleanup() { stop_cluster; umount "$SMALL_DISK"; }
fi
# Damage is repaired quickly, so that the end can be checked.
start_cluster 3 dfs.namenode.redundancy.interval.seconds=1s dfs.namenode.replication.work.multiplier.per.iteration=100 dfs.namenode.replication.max-streams=20 dfs.namenode.replication.max-streams-hard-limit=40 dfs.namenode.reconstruction.pending.timeout-sec=5s
classes=$(jars)
mkdir "$work/classes"
javac -cp "$classes" -d "$work/classes" "$clients/failover/Writer.java"
export CLASSPATH=$work/classes:$classes PYTHONDONTWRITEBYTECODE=1
"$python" "$clients/failover/run.py" "$scenario" "$count" "$work" "$CLUSTER" "$rfs" "$go_writer"
