#!/usr/bin/env bash
# Apache Hadoop's own test classes against rfs: every class as many tests as on Apache HDFS.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$project"
list=$compat/classes/${1:-first.txt}
RFS_COMPAT_DIR=$work/compat "$compat/check.sh" "$TARGET" "$list" | tee "$work/compat.out" || wrong "$(tail -1 "$work/compat.out")"
ok "Apache's test classes: $(tail -1 "$work/compat.out")"
