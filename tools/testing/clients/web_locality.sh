#!/usr/bin/env bash
# Datanodes and Spark's executors on the hosts 127.0.0.2, 127.0.0.3 and 127.0.0.4: tasks run where their blocks are, and
# WebHDFS serves them from the datanode's own replicas, also blocks after the first of a file.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
version=${1:-3.5.9}
command -v gcc > /dev/null || { echo "!!!! no gcc here: locality was NOT tried" >&2; exit 0; }
python=$("$clients/venv.sh" "spark-$version" "pyspark==$version")
UP_OPTIONS=--hosts
start_cluster 3 dfs.blocksize=1048576 dfs.replication=1
gcc -shared -fPIC -O1 -o "$work/source_address.so" "$clients/web_source_address.c" -ldl
spark_home=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
port=$(free_port)
mkdir "$work/events"
export SPARK_HOME=$spark_home SPARK_DAEMON_MEMORY=300m
export SPARK_DAEMON_JAVA_OPTS="-Djava.net.preferIPv4Stack=true -XX:TieredStopAtLevel=1"
started=()
cleanup() { [ ${#started[@]} = 0 ] || { kill "${started[@]}" 2> /dev/null; wait "${started[@]}" 2> /dev/null; }; }
cd "$work"
SPARK_LOCAL_IP=127.0.0.1 "$spark_home/bin/spark-class" org.apache.spark.deploy.master.Master \
  --host 127.0.0.1 --port "$port" --webui-port 0 > "$work/master.log" 2>&1 &
started+=($!)
for host in 127.0.0.2 127.0.0.3 127.0.0.4; do
  LD_PRELOAD=$work/source_address.so SOURCE_ADDRESS=$host SPARK_LOCAL_IP=$host \
    "$spark_home/bin/spark-class" org.apache.spark.deploy.worker.Worker --host "$host" --cores 1 --memory 700m \
    --webui-port 0 --work-dir "$work/worker-$host" "spark://127.0.0.1:$port" > "$work/worker-$host.log" 2>&1 &
  started+=($!)
done
SPARK_LOCAL_IP=127.0.0.1 "$python" "$clients/web_locality.py" "spark://127.0.0.1:$port" "$HDFS" "webhdfs://${WEB#http://}" "$work/events" \
  $(describe "' '.join(n['http'] for n in d['datanodes'])") 2> "$work/spark.log" ||
  { grep -hE "Error|Exception|Caused" "$work"/*.log | head -20 >&2 || true; tail -n 20 "$work/spark.log" >&2; wrong "Spark's locality"; }
