#!/usr/bin/env bash
# Writes recorded.txt anew: what Hadoop's shell answers to commands.txt on a real Apache HDFS with one datanode.
# Lines: "$ command", "? exit code", "> standard output", "! standard error". HDFS, DATA, SCRATCH, TIME and USAGE stand
# for what differs from run to run or is worded by us.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
compat=${RFS_COMPAT:-$here/../../../../../shared/compat}
work=$(mktemp -d)
trap '"$compat/apache.sh" down "$work/apache" || true; rm -rf "$work"' EXIT
hdfs=$("$compat/apache.sh" up "$work/apache" 1 | grep -o 'hdfs=[^ ]*' | cut -d= -f2)
bash "$here/data.sh" "$work/data" "$work/scratch"
sed "s#HDFS/#$hdfs/#g; s#DATA/#$work/data/#g; s#SCRATCH/#$work/scratch/#g" "$here/commands.txt" > "$work/commands"
cache=$("$compat/setup.sh")
classpath="$work:$work/apache/conf:$cache/conf:$cache/lib/*"
javac -cp "$classpath" -d "$work" "$here/Record.java"
TZ=UTC java -Xmx600m -cp "$classpath" Record "$work/commands" "$work/recorded"
sed -E "s#$hdfs#HDFS#g; s#$work/data#DATA#g; s#$work/scratch#SCRATCH#g; s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}( )/TIME\1/g" "$work/recorded" \
  | grep -av -e '^! [0-9-]* [0-9:,]* [A-Z]* ' -e '^! 	\[' -e '^! Usage: hadoop fs \[generic options\]$' \
    -e '^! Generic options' -e '^! -\(conf\|D\|fs\|jt\|files\|libjars\|archives\) ' -e '^! The general command' -e '^! command \[generic' \
  | sed 's/^! Usage: hadoop fs/! Usage: rfs fs/' > "$here/recorded.txt"
