#!/usr/bin/env bash
# Every question that Apache HDFS was asked over WebHDFS, asked of a whole cluster: the same answers, byte for byte.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster 1 dfs.namenode.fs-limits.min-block-size=16
if ! python3 "$project/webhdfs-api/apache/record.py" check "$WEB" > "$work/answers"; then
  cat "$work/answers" >&2
  wrong "answers that differ from Apache's"
fi
ok "WebHDFS as Apache answers it: $(tail -n 1 "$work/answers")"
