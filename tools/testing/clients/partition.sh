#!/usr/bin/env bash
# partition.sh [COUNT]: the leader is cut off from the others, one way, the other way, both, and from everybody, while
# clients write. Needs root, for network namespaces.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null || { echo "!!!! no network namespaces here: partitions were NOT tried" >&2; exit 0; }
python=$("$clients/venv.sh" native "hdfs-native==0.14.7")
go_writer=${RFS_CLIENTS_CACHE:-$HOME/.cache/rfs-clients}/go/failover
(cd "$clients/failover" && go build -o "$go_writer" .)
CONF=$work/cluster/conf
classes=$(jars)
mkdir "$work/classes"
javac -cp "$classes" -d "$work/classes" "$clients/failover/Writer.java"
export CLASSPATH=$work/classes:$classes PYTHONDONTWRITEBYTECODE=1
unshare --net "$python" "$clients/failover/apart.py" "${1:-1}" "$work" "$rfs" "$go_writer"
