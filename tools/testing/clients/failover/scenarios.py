"""What is done to the namenodes while clients write. `single` is the namenode that some clients know alone."""
import os
import random
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from cluster import ok, until, wrong
from marker import Marker, Reader

# What is promised for the median; a machine that is busy with other work may take twice as long once. 0: not checked.
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


def hang(cluster, load, single, count):
    """The leader stops in the middle of what it does, and when it wakes up it answers nothing that is old."""
    times = []
    reads = 0
    for number in range(count):
        cluster.whole()
        leader = leader_besides(cluster, single)
        marker = Marker(f"/marker/{number}", cluster.node(single)["http"])
        readers = [Reader(cluster.node(leader), kind) for kind in ("web", "web", "native", "native")]
        for reader in readers:
            if not reader.sees(marker.before):
                wrong(f"{marker.before} is not there before the leader hangs")
        pid = cluster.node(leader)["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            times.append(int(time.time() * 1000))
            cluster.leader(other_than=leader)
            marker.move()
            with ThreadPoolExecutor(len(readers)) as pool:
                # They wait in the connections of the one that hangs, and are the first that it answers.
                asked = [pool.submit(reader.watch, marker, 2) for reader in readers]
                time.sleep(0.3)
                os.kill(pid, signal.SIGCONT)
                reads += sum(each.result() for each in asked)
        finally:
            os.kill(pid, signal.SIGCONT)
        load.going()
    load.stop()
    ok(f"{reads} reads at {count} leaders that woke up, none of them old")
    # Whoever is connected to the one that hangs waits for it, as with any server.
    load.pauses(times, "SIGSTOP of the leader", 0, [name for name in load.names if name.endswith("-all")])
    load.pauses(times, "SIGSTOP of the leader", LIMIT_MS, [name for name in load.names if name.endswith("-one")])


def each_in_turn(cluster, load, single, count):
    """Every member of the group is killed with -9, one at a time."""
    times = []
    for _ in range(count):
        for name in cluster.names():
            cluster.whole()
            times.append(cluster.kill(name))
            load.going(times[-1])
            until("the killed one is started again", lambda: cluster.node(name)["pid"] != 0)
    load.stop()
    load.pauses(times, "kill -9 of one member after another", LIMIT_MS)


def handover(cluster, load, single, count):
    """Leadership is handed over: by rfs's command, and by Hadoop's."""
    times = []
    for number in range(count):
        cluster.whole()
        times.append(int(time.time() * 1000))
        if number % 2 == 0:
            cluster.transfer()
        else:
            leader = cluster.leader()
            names = [node["id"] for node in cluster.now()["namenodes"] if node["state"] != "journal"]
            cluster.rfs("haadmin", "-failover", leader, next(name for name in names if name != leader))
        load.going(times[-1])
    load.stop()
    load.pauses(times, "planned hand-over", LIMIT_MS)


def rolling(cluster, load, single, count):
    """Every daemon is stopped in order and started again, namenodes and datanodes, and nobody is told of an error."""
    restart(cluster, load, ("namenodes", "datanodes"), count)


def rolling_datanodes(cluster, load, single, count):
    """Every datanode is, under clients as well that know one namenode alone and never try again."""
    restart(cluster, load, ("datanodes",), count)


def restart(cluster, load, kinds, count):
    times = []
    for _ in range(count):
        for kind in kinds:
            for name in [node["id"] for node in cluster.now()[kind]]:
                cluster.whole()
                before = next(node["pid"] for node in cluster.now()[kind] if node["id"] == name)
                times.append(int(time.time() * 1000))
                os.kill(before, signal.SIGTERM)
                until(f"{name} is started again", lambda: next(
                    node["pid"] for node in cluster.now()[kind] if node["id"] == name) not in (0, before))
                cluster.datanodes_registered()
                load.going(times[-1])
    load.stop()
    load.pauses(times, "a restart", 0)


def lost_folder(cluster, load, single, count):
    """The folder of a namenode is deleted; it comes back as another member."""
    for number in range(count):
        cluster.whole()
        leader = leader_besides(cluster, single)
        others = [name for name in cluster.names() if name not in (single, leader)]
        name = leader if number % 2 == 0 else others[0]
        before = {member["name"]: member["id"] for member in cluster.members()}
        node = cluster.node(name)
        cluster.kill(name)
        shutil.rmtree(f"{node['dir']}/name")
        load.going()
        cluster.whole()
        after = {member["name"]: member["id"] for member in cluster.members()}
        if after[name] == before[name]:
            wrong(f"{name} lost its disk and votes under its old id")
    load.stop()
    ok(f"{count} namenodes lost their folders and joined again under new ids")


def torn_tail(cluster, load, single, count):
    """What was being written to a journal when its node died is there in part; then, something durable is gone."""
    for number in range(count):
        name, segment = stopped_journal(cluster, single)
        tear(segment, number)
        load.going()
        until("the killed one is started again", lambda: cluster.node(name)["pid"] != 0)
        cluster.whole()
    ok(f"{count} journals with torn ends were started from")
    name, segment = stopped_journal(cluster, single)
    os.truncate(segment, len(written(segment)) * 3 // 4)
    log = f"{cluster.folder}/logs/{name}.log"
    until("the one without some of what it had acknowledged refuses to start", lambda: refusals(log) >= 2)
    load.going()
    shutil.rmtree(f"{cluster.node(name)['dir']}/name")
    cluster.whole()
    load.stop()
    ok("a journal that lost what was durable is not started from; without its folder the node joins again")


def full_disk(cluster, load, single, count):
    """The disk under one journal is full: under a follower's, and under the leader's."""
    folder = os.environ["SMALL_DISK"]
    name = os.path.basename(folder)
    for number in range(count):
        cluster.whole()
        leader = cluster.leader()
        if number % 2 == 0 and leader == name:
            cluster.transfer(single)
        if number % 2 == 1 and leader != name:
            cluster.transfer(name)
        at = int(time.time() * 1000)
        with open(f"{folder}/fill", "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        load.going(at)
        time.sleep(3)
        load.going()
        os.remove(f"{folder}/fill")
        cluster.whole()
        load.pauses([at], f"a full disk under the {'leader' if number % 2 else 'follower'}", 0)
    load.stop()


def stopped_journal(cluster, single):
    """Kills a follower with -9: its name, and the segment it was writing."""
    cluster.whole()
    leader = leader_besides(cluster, single)
    name = next(name for name in cluster.names() if name not in (single, leader))
    folder = f"{cluster.node(name)['dir']}/name/journal"
    cluster.kill(name)
    return name, max((f"{folder}/{file}" for file in os.listdir(folder)), key=os.path.getmtime)


def refusals(log):
    with open(log) as file:
        text = file.read()
    return text.count("StartRefused: the state holds entry") + text.count("JournalDamage:")


def written(path):
    """What was written to a segment, without the zeros that stand ready behind it."""
    with open(path, "rb") as file:
        return file.read().rstrip(b"\0")


def tear(path, number):
    """Puts behind what is written there what a write that was cut short may leave."""
    content = written(path)
    begun = [os.urandom(300), bytes(4096), content[-1000:][: random.randint(1, 999)]]
    with open(path, "r+b") as file:
        file.seek(-len(content) % 8 + len(content))
        file.write(begun[number % len(begun)])
