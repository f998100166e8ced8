#!/usr/bin/env bash
# spark.sh VERSION [hdfs|webhdfs]: Spark from PyPI, with the Hadoop client it brings, writes and reads through the scheme.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
version=$1
scheme=${2:-hdfs}
python=$("$clients/venv.sh" "spark-$version" "pyspark==$version")
start_cluster 3
case $scheme in
  hdfs) root=$HDFS ;;
  webhdfs) root=webhdfs://${WEB#http://} ;;
  *) wrong "scheme $scheme" ;;
esac
cd "$work"
timeout 240 "$python" "$clients/spark_job.py" "$root" "$version" 2> "$work/spark.log" || { grep -E "Error|Exception|Caused" "$work/spark.log" | head -20 >&2; tail -20 "$work/spark.log" >&2; wrong "Spark $version"; }
