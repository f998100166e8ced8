"""python killer.py CLUSTER_FOLDER RFS SAID KILLED: once a job has said its first word, kills the leader with -9 again and
again, and writes a line to KILLED for each time."""
import sys
import time

from cluster import Cluster, until

folder, rfs, said, killed = sys.argv[1:]
cluster = Cluster(folder, rfs)
until("the job has begun", lambda: open(said).read(), 200)
while True:
    leader = cluster.leader()
    cluster.kill(leader)
    with open(killed, "a") as file:
        print(leader, file=file)
    until("it is started again", lambda: cluster.node(leader)["pid"] != 0)
    cluster.whole()
    time.sleep(1)
