#!/usr/bin/env bash
# kill -9 of a datanode in the middle of a put, the first of the pipeline and another one: the put ends well.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
UP_OPTIONS=--no-restart
start_cluster 5 dfs.blocksize=134217728 dfs.replication=3
# One line "PID PORT" for each datanode.
if [ "$TARGET" = apache ]; then
  for i in 1 2 3 4 5; do
    echo "$(sed -n "$((i + 1))p" "$CLUSTER/pids") $(sed -n 's/.*dfs.datanode.address<\/name><value>127.0.0.1:\([0-9]*\).*/\1/p' "$CLUSTER/conf$i/hdfs-site.xml")"
  done > "$work/datanodes"
else
  describe "'\n'.join(str(n['pid']) + ' ' + n['data'].split(':')[1] for n in d['datanodes'])" > "$work/datanodes"
fi
CLASSPATH=$(jars) python3 "$clients/kill_datanode.py" "$work/datanodes"
