"""A cluster whose namenodes live in network namespaces of their own, so that the ways between them can be cut.

python apart.py COUNT WORK_FOLDER RFS GO_WRITER, as root and in a network namespace of its own (unshare --net)."""
import json
import os
import random
import subprocess
import sys
import time
import urllib.request

from cluster import Cluster, ok, until, wrong
from load import Load
from marker import Marker
from scenarios import LIMIT_MS, leader_besides

NAMES = ["namenode1", "namenode2", "namenode3"]
DATANODES = 3
HUB = "10.77.0.254"


def address(name):
    return f"10.77.0.{NAMES.index(name) + 1}"


def space(name):
    return f"rfs-{os.getpid()}-{name}"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def inside(name, *words):
    ip("-n", space(name), *words)


class Apart(Cluster):
    def __init__(self, folder, rfs):
        super().__init__(folder, rfs)
        self.children = {}
        self.spaces = []

    def start(self):
        ip("link", "set", "lo", "up")
        ip("link", "add", "hub", "type", "bridge")
        ip("addr", "add", f"{HUB}/24", "dev", "hub")
        ip("link", "set", "hub", "up")
        for name in NAMES:
            ip("netns", "add", space(name))
            self.spaces.append(space(name))
            ip("link", "add", f"to-{name[-1]}", "type", "veth", "peer", "name", "eth0", "netns", space(name))
            ip("link", "set", f"to-{name[-1]}", "master", "hub", "up")
            inside(name, "addr", "add", f"{address(name)}/24", "dev", "eth0")
            inside(name, "link", "set", "lo", "up")
            inside(name, "link", "set", "eth0", "up")
        for name in NAMES:
            own = {
                "dfs.ha.namenode.id": name,
                "dfs.namenode.rpc-address": f"{address(name)}:8020",
                "dfs.namenode.http-address": f"{address(name)}:9870",
                "dfs.namenode.name.dir": f"file://{self.folder}/{name}/name",
                "rfs.raft.peers": ",".join(f"{address(each)}:8020" for each in NAMES),
            }
            command = ["ip", "netns", "exec", space(name), self.rfs_command, "namenode"]
            self.daemon(name, command, own, ["--bootstrap"] if name == NAMES[0] else [])
        for number in range(1, DATANODES + 1):
            own = {
                "dfs.datanode.data.dir": f"file://{self.folder}/datanode{number}/data",
                "dfs.datanode.address": f"{HUB}:{9000 + number}",
                "dfs.datanode.http.address": f"{HUB}:{9100 + number}",
                "dfs.datanode.ipc.address": f"{HUB}:{9200 + number}",
                "dfs.datanode.hostname": HUB,
            }
            self.daemon(f"datanode{number}", [self.rfs_command, "datanode"], own, [])
        self.write_conf(self.conf, {})
        with open(f"{self.folder}/cluster.json", "w") as file:
            json.dump({
                "namenodes": [{"id": name, "rpc": f"{address(name)}:8020", "http": f"{address(name)}:9870",
                               "state": "namenode", "dir": f"{self.folder}/{name}"} for name in NAMES],
                "datanodes": [{"id": f"datanode{number}"} for number in range(1, DATANODES + 1)],
            }, file)
        self.whole()
        self.datanodes_registered()

    def daemon(self, name, command, own, more):
        conf = f"{self.folder}/{name}/conf"
        self.write_conf(conf, own)
        with open(f"{self.folder}/{name}.log", "w") as log:
            self.children[name] = subprocess.Popen([*command, "--conf", conf, *more], stdout=log, stderr=log)

    def write_conf(self, folder, own):
        properties = {
            "fs.defaultFS": "hdfs://rfs",
            "dfs.nameservices": "rfs",
            "dfs.ha.namenodes.rfs": ",".join(NAMES),
            "dfs.client.failover.proxy.provider.rfs":
                "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider",
            "dfs.namenode.safemode.extension": "0",
            "dfs.namenode.datanode.registration.ip-hostname-check": "false",
            "dfs.heartbeat.interval": "1",
            "dfs.namenode.redundancy.interval.seconds": "1s",
            "dfs.namenode.reconstruction.pending.timeout-sec": "5s",
            "dfs.namenode.replication.work.multiplier.per.iteration": "100",
            **{f"dfs.namenode.rpc-address.rfs.{name}": f"{address(name)}:8020" for name in NAMES},
            **{f"dfs.namenode.http-address.rfs.{name}": f"{address(name)}:9870" for name in NAMES},
            **own,
        }
        os.makedirs(folder, exist_ok=True)
        text = "".join(f"<property><name>{k}</name><value>{v}</value></property>" for k, v in properties.items())
        for file in ("core-site.xml", "hdfs-site.xml"):
            with open(f"{folder}/{file}", "w") as out:
                out.write(f"<configuration>{text}</configuration>\n")

    def stop(self):
        for child in reversed(self.children.values()):
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
        for each in self.spaces:
            ip("netns", "del", each)


# What is cut, by those who can still reach the leader: clients and datanodes do but for the last.
def no_way_out(leader, verb):
    """The leader hears the others, they do not hear it."""
    for name in NAMES:
        if name != leader:
            inside(leader, "route", verb, "blackhole", address(name))


def no_way_in(leader, verb):
    """The others hear the leader, it does not hear them."""
    for name in NAMES:
        if name != leader:
            inside(name, "route", verb, "blackhole", address(leader))


def no_way_between(leader, verb):
    no_way_out(leader, verb)
    no_way_in(leader, verb)


def alone(leader, verb):
    """Nobody at all reaches the leader."""
    inside(leader, "link", "set", "eth0", "down" if verb == "add" else "up")


def stale(cluster, leader, marker):
    """Asks the one that was cut off, from its own side; whether it gave an old answer."""
    url = f"http://{address(leader)}:9870/webhdfs/v1{marker.before}?op=GETFILESTATUS&user.name=root"
    asked = subprocess.run(["ip", "netns", "exec", space(leader), "curl", "-s", "-m", "3", url], capture_output=True)
    return b'"FileStatus"' in asked.stdout


def partitions(cluster, load, single, count):
    for number in range(count):
        for cut in (no_way_between, no_way_out, no_way_in, alone):
            cluster.whole()
            leader = leader_besides(cluster, single)
            marker = Marker(f"/marker/{number}-{cut.__name__}", cluster.node(single)["http"])
            at = int(time.time() * 1000)
            cut(leader, "add")
            try:
                load.going(at)
                marker.move()
                for _ in range(3):
                    if stale(cluster, leader, marker):
                        wrong(f"{cut.__name__}: a leader that was cut off gave an old answer")
                time.sleep(random.uniform(0, 2))
            finally:
                cut(leader, "del")
            cluster.whole()
            until("it follows again", lambda: not stale(cluster, leader, marker))
            load.pauses([at], cut.__name__.replace("_", " "), LIMIT_MS)


count, work, rfs, go_writer = sys.argv[1:]
cluster = Apart(f"{work}/cluster", rfs)
load = None
try:
    cluster.start()
    ok("three namenodes, each in a network namespace of its own")
    single = "namenode2"
    load = Load(cluster, work, sys.executable, go_writer, single, ["java-one", "native-one", "go-one", "web-one"])
    load.going()
    partitions(cluster, load, single, int(count))
    load.stop()
    load.no_errors(())
    cluster.healthy()
    load.check(cluster.node(single)["rpc"])
finally:
    if load:
        load.kill()
    cluster.stop()
