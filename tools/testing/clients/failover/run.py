"""python run.py SCENARIO COUNT WORK_FOLDER CLUSTER_FOLDER RFS GO_WRITER"""
import os
import sys

import scenarios
from cluster import Cluster
from load import SURFACES_BROKEN_CONNECTIONS, Load

scenario, count, work, folder, rfs, go_writer = sys.argv[1:]
KINDS = ["java-all", "java-one", "native-all", "native-one", "go-all", "go-one", "web-all", "web-one"]
# In these every namenode goes away for a while, so nobody may rely on one alone.
NO_SINGLE = ["each_in_turn", "rolling"]
# Nobody dies in these, and nobody is told of an error.
IN_ORDER = ["handover", "rolling", "rolling_datanodes"]
if scenario in NO_SINGLE:
    KINDS = [kind for kind in KINDS if kind.endswith("-all")]
kinds = os.environ.get("CLIENTS", " ".join(KINDS)).split()
cluster = Cluster(folder, rfs)
single = cluster.names()[1]
cluster.whole()
load = Load(cluster, work, sys.executable, go_writer, single, kinds)
try:
    load.going()
    getattr(scenarios, scenario)(cluster, load, single, int(count))
    load.no_errors(() if scenario in IN_ORDER else SURFACES_BROKEN_CONNECTIONS)
    cluster.whole()
    cluster.healthy()
    load.check(cluster.node(single)["rpc"])
finally:
    load.kill()
