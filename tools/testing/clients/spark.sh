#!/usr/bin/env bash
# spark.sh VERSION: Spark from PyPI, with the Hadoop client it brings, writes and reads through hdfs://.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
version=$1
python=$("$clients/venv.sh" "spark-$version" "pyspark==$version")
start_cluster 3
cd "$work"
timeout 240 "$python" "$clients/spark_job.py" "$HDFS" "$version" 2> "$work/spark.log" || { grep -E "Error|Exception|Caused" "$work/spark.log" | head -20 >&2; tail -20 "$work/spark.log" >&2; wrong "Spark $version"; }
