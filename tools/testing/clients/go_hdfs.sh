#!/usr/bin/env bash
# colinmarc/hdfs, the Go client and its command line.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cache=${RFS_CLIENTS_CACHE:-$HOME/.cache/rfs-clients}/go
[ -x "$cache/hdfs" ] || GOBIN=$cache go install github.com/colinmarc/hdfs/v2/cmd/hdfs@v2.4.0
start_cluster 3
hdfs=$cache/hdfs
unset HADOOP_CONF_DIR
export HADOOP_NAMENODE=${HDFS#hdfs://} HADOOP_USER_NAME
HADOOP_USER_NAME=$(id -un)
random_bytes 150 > "$work/data"
"$hdfs" mkdir -p /go/in
"$hdfs" put "$work/data" "/go/in/a file"
same "$("$hdfs" cat "/go/in/a file" | digest)" "$(digest < "$work/data")" "Go client: 150 MB put and cat"
same "$("$hdfs" ls /go/in)" "a file" "Go client: ls"
"$hdfs" mv "/go/in/a file" /go/b
same "$("$hdfs" checksum /go/b | wc -l)" "1" "Go client: mv and checksum"
"$hdfs" chmod 600 /go/b
"$hdfs" ls -l /go | grep -e '-rw-------' > /dev/null && ok "Go client: chmod and ls -l"
"$hdfs" rm -r /go
same "$("$hdfs" ls /)" "" "Go client: rm -r"
