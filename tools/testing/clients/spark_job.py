"""What Spark's users do every day, once: python spark_job.py SCHEME://host:port VERSION"""
import sys
from pyspark.sql import SparkSession, functions as F

root, version = sys.argv[1], sys.argv[2]
scheme = root.split(":")[0]
spark = (SparkSession.builder.master("local[2]").appName("rfs")
         .config("spark.hadoop.fs.defaultFS", root)
         .config("spark.sql.shuffle.partitions", "4")
         .config("spark.ui.enabled", "false")
         .config("spark.sql.sources.partitionOverwriteMode", "dynamic")
         .config("spark.driver.memory", "1g")
         .getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
assert spark.version == version, spark.version
path = f"{root}/spark/{version}"


def ok(what, got, want):
    if got != want:
        sys.exit(f"WRONG {what}: got {got}, wanted {want}")
    print(f"ok Spark {version} on {scheme}://: {what}", flush=True)


def rows(n, offset=0):
    return spark.range(offset, offset + n).select(
        "id", (F.col("id") % 5).alias("part"), F.concat(F.lit("name "), F.col("id")).alias("name"),
        (F.col("id") * 0.5).alias("half"))


N = 200_000
rows(N).write.partitionBy("part").parquet(f"{path}/parquet")
table = spark.read.parquet(f"{path}/parquet")
ok("partitioned Parquet written and read", (table.count(), table.agg(F.sum("id")).first()[0]), (N, N * (N - 1) // 2))
ok("one partition, filtered", table.where("part = 3 and id < 1000").count(), 200)
rows(1000, N).write.mode("append").partitionBy("part").parquet(f"{path}/parquet")
ok("appended", spark.read.parquet(f"{path}/parquet").count(), N + 1000)
rows(50).where("part = 2").write.mode("overwrite").partitionBy("part").parquet(f"{path}/parquet")
after = dict((r["part"], r["count"]) for r in spark.read.parquet(f"{path}/parquet").groupBy("part").count().collect())
ok("one partition overwritten dynamically", after, {0: 40200, 1: 40200, 2: 10, 3: 40200, 4: 40200})

for name in ("orc", "json"):
    rows(20_000).write.format(name).save(f"{path}/{name}")
    ok(f"{name.upper()} written and read", spark.read.format(name).load(f"{path}/{name}").agg(F.sum("id")).first()[0], 199_990_000)
rows(20_000).write.option("header", True).csv(f"{path}/csv")
csv = spark.read.option("header", True).option("inferSchema", True).csv(f"{path}/csv")
ok("CSV written and read", csv.agg(F.sum("id")).first()[0], 199_990_000)

hadoop = spark._jvm.org.apache.hadoop.fs
fs = hadoop.FileSystem.get(spark._jvm.java.net.URI(root), spark._jsc.hadoopConfiguration())
ok("no temporary folders left", [s.getPath().getName() for s in fs.listStatus(hadoop.Path(f"{path}/parquet"))
                                 if s.getPath().getName().startswith("_temporary") or s.getPath().getName().startswith(".spark")], [])
rows(30_000).repartition(7).write.saveAsTable("kept", path=f"{path}/table")
ok("a table joined with itself", spark.sql("select count(*) from kept a join kept b on a.id = b.id + 1").first()[0], 29_999)
spark.stop()
