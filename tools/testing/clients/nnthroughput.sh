#!/usr/bin/env bash
# Hadoop's NNThroughputBenchmark over RPC with 64 threads; it plays clients and, for blocks, datanodes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
files=${1:-20000}
start_cluster "$([ "$TARGET" = apache ] && echo 1 || echo 0)" dfs.namenode.fs-limits.min-block-size=16
cd "$work"
throughput() {
  java -Xmx1g -cp "$(jars)" -Dhadoop.root.logger=INFO,console -Dlog4j.configuration="file:$work/log4j.properties" \
    org.apache.hadoop.hdfs.server.namenode.NNThroughputBenchmark -fs "$HDFS" "$@" > "$work/out" 2>&1 || { tail -30 "$work/out" >&2; wrong "NNThroughputBenchmark $*"; }
  local done rate
  done=$(sed -n 's/.*# operations: //p' "$work/out"); rate=$(sed -n 's/.* Ops per sec: //p' "$work/out")
  [ -n "$rate" ] || { tail -30 "$work/out" >&2; wrong "NNThroughputBenchmark $*"; }
  ok "NNThroughputBenchmark $2: $done operations, ${rate%.*}/s"
}
printf 'log4j.rootLogger=INFO,console\nlog4j.appender.console=org.apache.log4j.ConsoleAppender\nlog4j.appender.console.layout=org.apache.log4j.PatternLayout\nlog4j.appender.console.layout.ConversionPattern=%%p %%m%%n\n' > log4j.properties
for op in create mkdirs open fileStatus rename delete; do
  if [ $op = mkdirs ]; then throughput -op $op -threads 64 -dirs "$files"; else throughput -op $op -threads 64 -files "$files"; fi
done
