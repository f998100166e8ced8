"""A cluster that rfs up runs, seen and treated from outside."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request


def ok(what):
    print(f"ok {what}", flush=True)


def wrong(what):
    sys.exit(f"WRONG {what}")


def until(what, condition, patience=120):
    deadline = time.time() + patience
    while not (found := condition()):
        if time.time() > deadline:
            wrong(f"still not after {patience} s: {what}")
        time.sleep(0.1)
    return found


class Cluster:
    def __init__(self, folder, rfs):
        self.folder = folder
        self.rfs_command = rfs
        self.conf = f"{folder}/conf"

    def now(self):
        """What rfs up says of itself: process ids change when a daemon is started again."""
        with open(f"{self.folder}/cluster.json") as file:
            return json.load(file)

    def rfs(self, *words, may_fail=False, timeout=120):
        done = subprocess.run([self.rfs_command, *words], capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, "HADOOP_CONF_DIR": self.conf})
        if done.returncode != 0 and not may_fail:
            wrong(f"rfs {' '.join(words)} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def members(self):
        answer = self.rfs("haadmin", "-status", "--json", may_fail=True)
        return json.loads(answer)["members"] if answer else []

    def node(self, name):
        return next(node for node in self.now()["namenodes"] if node["id"] == name)

    def names(self):
        return [node["id"] for node in self.now()["namenodes"]]

    def leader(self, other_than=None):
        """The name of the member that leads."""
        def find():
            names = [member["name"] for member in self.members() if member["state"] == "active"]
            return next((name for name in names if name != other_than), None)
        return until("somebody leads", find)

    def whole(self, patience=120):
        """Everybody is there, votes, has everything, and one leads."""
        count = len(self.now()["namenodes"])

        def well():
            members = self.members()
            here = [m for m in members if m["votes"] and m.get("lag", 1000) < 500 and m["state"] != "unreachable"]
            return len(members) == len(here) == count and any(m["state"] == "active" for m in members)
        until("the group is whole", well, patience)

    def datanodes_registered(self):
        """Every namenode knows every datanode that runs: one that stops says that it has no room any more."""
        count = len(self.now()["datanodes"])

        def bean(http, name):
            url = f"http://{http}/jmx?qry=Hadoop:service=NameNode,name={name}"
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)["beans"][0]

        def find(http):
            try:
                room = [live["remaining"] for live in json.loads(bean(http, "NameNodeInfo")["LiveNodes"]).values()]
                return len(room) == count and min(room) > 0 and bean(http, "FSNamesystemState")["FSState"] == "Operational"
            except (OSError, LookupError, ValueError):
                return False
        for node in self.now()["namenodes"]:
            if node["state"] != "journal":
                until(f"{node['id']} can place replicas on all datanodes", lambda: find(node["http"]))

    def kill(self, name):
        """Ends a member with -9; the time of it in ms."""
        at = int(time.time() * 1000)
        os.kill(self.node(name)["pid"], signal.SIGKILL)
        return at

    def transfer(self, to=""):
        self.rfs("haadmin", "-transfer", *([to] if to else []))

    def healthy(self):
        """Waits until every block has its replicas, and fsck says that all is well."""
        last = ""

        def find():
            nonlocal last
            last = self.rfs("fsck", "/", may_fail=True)
            return "is HEALTHY" in last and "Under-replicated blocks:\t0" in last
        deadline = time.time() + 120
        while not find():
            if time.time() > deadline:
                wrong(f"rfs fsck /: {last[-1500:]}")
            time.sleep(1)
        ok("rfs fsck / is HEALTHY, every block with all its replicas")
