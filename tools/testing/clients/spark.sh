#!/usr/bin/env bash
# spark.sh VERSION [hdfs|webhdfs|failover]: Spark from PyPI, with the Hadoop client it brings, writes and reads through
# the scheme; failover: over hdfs://nameservice, while the leader of three namenodes is killed, again and again.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
version=$1
scheme=${2:-hdfs}
python=$("$clients/venv.sh" "spark-$version" "pyspark==$version")
[ "$scheme" != failover ] || UP_OPTIONS="--namenodes 3"
start_cluster 3
case $scheme in
  hdfs | failover) root=$HDFS ;;
  webhdfs) root=webhdfs://${WEB#http://} ;;
  *) wrong "scheme $scheme" ;;
esac
cd "$work"
touch said
if [ "$scheme" = failover ]; then
  PYTHONDONTWRITEBYTECODE=1 python3 "$clients/failover/killer.py" "$CLUSTER" "$rfs" "$work/said" "$work/killed" > killer.log 2>&1 &
  killer=$!
  cleanup() { kill "$killer" 2>/dev/null; }
fi
"$python" "$clients/spark_job.py" "$root" "$version" 2> spark.log > >(tee said) || { grep -E "Error|Exception|Caused" "$work/spark.log" | head -20 >&2; tail -20 "$work/spark.log" >&2; wrong "Spark $version"; }
if [ "$scheme" = failover ]; then
  kills=$(wc -l < killed)
  [ "$kills" -ge 2 ] || { cat killer.log >&2; wrong "the leader was killed $kills times"; }
  ok "Spark $version: the leader was killed $kills times in the middle of the job"
fi
