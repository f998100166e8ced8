"""Where Spark's tasks run and read: python web_locality.py MASTER hdfs://host:port webhdfs://host:port EVENTS DATANODE_HTTP..."""
import json
import os
import re
import sys
import urllib.request
from pyspark.sql import SparkSession, functions as F

master, roots, events, datanodes = sys.argv[1], sys.argv[2:4], sys.argv[4], sys.argv[5:]
spark = (SparkSession.builder.master(master).appName("locality")
         .config("spark.ui.enabled", "false")
         .config("spark.driver.host", "127.0.0.1")
         .config("spark.driver.memory", "600m")
         .config("spark.executor.memory", "600m")
         .config("spark.executor.extraJavaOptions", "-Djava.net.preferIPv4Stack=true")
         .config("spark.scheduler.minRegisteredResourcesRatio", "1")
         .config("spark.cores.max", "3")
         .config("spark.locality.wait", "60s")
         .config("spark.sql.files.maxPartitionBytes", str(1 << 20))
         .config("spark.sql.files.openCostInBytes", "0")
         .config("spark.eventLog.enabled", "true")
         .config("spark.eventLog.dir", f"file://{events}")
         .config("spark.eventLog.compress", "false")
         .getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
N = 450_000


def ok(what, got, want):
    if got != want:
        sys.exit(f"WRONG {what}: got {got}, wanted {want}")
    print(f"ok {what}", flush=True)


def served(which):
    total = 0
    for address in datanodes:
        text = urllib.request.urlopen(f"http://{address}/metrics").read().decode()
        total += float(re.search(rf"^rfs_datanode_webhdfs_{which}_bytes_total (\S+)", text, re.M)[1])
    return int(total)


for root in roots:
    scheme = root.split(":")[0]
    local, remote = served("local"), served("remote")
    # Files of several blocks of 1 MB: lines and reads go on into the next one.
    spark.range(0, N, 1, 6).select(F.concat(F.lit("line of text number "), F.col("id")).alias("value")).write.text(f"{root}/{scheme}")
    found = spark.read.text(f"{root}/{scheme}").agg(F.count("*"), F.sum(F.length("value"))).first()
    ok(f"{scheme}://: every line read", (found[0], found[1]), (N, sum(20 + len(str(i)) for i in range(N))))
    size = found[1] + N
    if scheme == "webhdfs":
        ok("webhdfs://: no byte came from another datanode", served("remote") - remote, 0)
        ok("webhdfs://: every byte came from the datanode's own replicas", served("local") - local >= size, True)
spark.stop()

scans, tasks = [], {}
[log] = os.listdir(events)
for line in open(os.path.join(events, log)):
    event = json.loads(line)
    if event["Event"] == "SparkListenerStageSubmitted":
        info = event["Stage Info"]
        if any(rdd["Name"] == "FileScanRDD" for rdd in info["RDD Info"]):
            scans.append(info["Stage ID"])
    if event["Event"] == "SparkListenerTaskEnd":
        tasks.setdefault(event["Stage ID"], []).append(event["Task Info"])
for root, stage in zip(roots, scans, strict=True):
    scheme = root.split(":")[0]
    ok(f"{scheme}://: tasks on several of the datanodes' hosts", len({t["Host"] for t in tasks[stage]}) > 1, True)
    ok(f"{scheme}://: all tasks NODE_LOCAL", {t["Locality"] for t in tasks[stage]}, {"NODE_LOCAL"})
