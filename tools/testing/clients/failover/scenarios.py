"""What is done to the namenodes while clients write. `single` is the namenode that some clients know alone."""
import os
import random
import signal
import time

from cluster import ok, until, wrong

# What issue and docs promise; a machine that other work keeps busy may need more.
LIMIT_MS = int(os.environ.get("FAILOVER_LIMIT_MS", "2000"))


def leader_besides(cluster, single):
    """The leader, after a hand-over if that was the one that must stay."""
    leader = cluster.leader()
    if leader == single:
        cluster.transfer(next(n["id"] for n in cluster.now()["namenodes"] if n["id"] != single and n["state"] != "journal"))
        leader = cluster.leader(other_than=single)
    return leader


def kill(cluster, load, single, count):
    """The leader is killed with -9, again and again."""
    times = []
    for _ in range(count):
        cluster.whole()
        leader = leader_besides(cluster, single)
        time.sleep(random.uniform(0.2, 1))
        times.append(cluster.kill(leader))
        load.going(times[-1])
        until("the killed one is started again", lambda: cluster.node(leader)["pid"] != 0)
    load.stop()
    load.pauses(times, "kill -9 of the leader", LIMIT_MS)
