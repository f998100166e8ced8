"""Clients of every kind that write small files without pause, and what became of what they were told."""
import hashlib
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from hdfs_native import Client

from cluster import ok, wrong

HERE = os.path.dirname(os.path.abspath(__file__))
# When a namenode is killed with -9 these two libraries hand the broken connection to their caller, whatever the servers
# do: with a nameservice they are connected to the namenode that dies. With one address that stays, and when a daemon is
# stopped in order, they must never fail.
SURFACES_BROKEN_CONNECTIONS = {"native-all", "go-all"}


class Load:
    """Writers over the whole nameservice, and writers that know one single namenode."""

    def __init__(self, cluster, work, python, go_writer, single, kinds):
        self.cluster, self.folder = cluster, f"{work}/load"
        self.stop_file = f"{self.folder}/stop"
        os.makedirs(self.folder)
        namenodes = [node for node in cluster.now()["namenodes"] if node["state"] != "journal"]
        one = cluster.node(single)
        every = {"rpc": ",".join(n["rpc"] for n in namenodes), "http": ",".join(n["http"] for n in namenodes)}
        java = ["java", "-Xmx300m", "-XX:TieredStopAtLevel=1", "Writer"]
        commands = {
            "java-all": [*java, None, "java-all=hdfs://rfs"],
            "java-one": [*java, None, f"java-one=hdfs://{one['rpc']}"],
            "native-all": [python, f"{HERE}/native_writer.py", None, "native-all=hdfs://rfs"],
            "native-one": [python, f"{HERE}/native_writer.py", None, f"native-one=hdfs://{one['rpc']}"],
            "go-all": [go_writer, None, f"go-all={every['rpc']}"],
            "go-one": [go_writer, None, f"go-one={one['rpc']}"],
            "web-all": ["python3", f"{HERE}/web_writer.py", None, f"web-all={every['http']}"],
            "web-one": ["python3", f"{HERE}/web_writer.py", None, f"web-one={one['http']}"],
        }
        self.names = [name for name in commands if name in kinds]
        self.children = []
        for name in self.names:
            words = [word for part in commands[name] for word in ([part] if part else [self.stop_file, self.folder])]
            environment = {**os.environ, "HADOOP_CONF_DIR": cluster.conf, "HADOOP_USER_NAME": "root"}
            output = open(f"{self.folder}/{name}.out", "w")
            self.children.append(subprocess.Popen(words, env=environment, stdout=output, stderr=output))

    def lines(self, name):
        try:
            with open(f"{self.folder}/{name}.log") as log:
                return [line for line in log.read().split("\n")[:-1]]
        except FileNotFoundError:
            return []

    def acknowledged(self, name):
        """(path, digest, started ms, ended ms) of each file."""
        found = [line.split(" ") for line in self.lines(name) if line.startswith("ack ")]
        return [(path, digest, int(started), int(ended)) for _, path, digest, started, ended in found]

    def errors(self, name):
        return [line for line in self.lines(name) if line.startswith("error ")]

    def going(self, since_ms=None, patience=90):
        """Waits until every client has had a write acknowledged that it began after `since_ms`."""
        since_ms = since_ms if since_ms is not None else int(time.time() * 1000)
        deadline = time.time() + patience
        waiting = list(self.names)
        while waiting:
            waiting = [name for name in waiting if not any(a[2] >= since_ms for a in self.acknowledged(name)[-50:])]
            if time.time() > deadline:
                wrong(f"no write of {waiting} is acknowledged {patience} s after it was to go on: "
                      f"{[self.errors(name)[-1:] for name in waiting]}")
            time.sleep(0.1)

    def stop(self):
        open(self.stop_file, "w").close()
        for name, child in zip(self.names, self.children):
            try:
                if child.wait(90) != 0:
                    wrong(f"{name} ended with {child.returncode}")
            except subprocess.TimeoutExpired:
                wrong(f"{name} does not end")

    def kill(self):
        for child in self.children:
            child.kill()

    def pauses(self, times, what, limit_ms, clients=None):
        """How long after each of `times` each client's first write that began then was acknowledged."""
        for name in clients or self.names:
            written = self.acknowledged(name)
            pauses = []
            for at in times:
                pauses.append(next((ended - at for _, _, started, ended in written if started >= at), 10**6))
            pauses.sort()
            longest = max(ended - started for _, _, started, ended in written)
            text = (f"{name}: first acknowledged write after {what}: p50 {pauses[(len(pauses) - 1) // 2]} ms, "
                    f"max {pauses[-1]} ms over {len(pauses)}; longest write {longest} ms; {len(written)} files")
            if limit_ms and (pauses[(len(pauses) - 1) // 2] > limit_ms or pauses[-1] > 2 * limit_ms):
                wrong(f"{text}: over {limit_ms} ms, or twice that once")
            ok(text)

    def no_errors(self, allowed=SURFACES_BROKEN_CONNECTIONS):
        """Nobody but those in `allowed` was told of a failure."""
        for name in self.names:
            errors = self.errors(name)
            if errors and name not in allowed:
                wrong(f"{name} had {len(errors)} errors: {errors[0]}")
            if errors:
                print(f"   {name}: its library handed {len(errors)} failures on, such as {errors[0][:300]}",
                      flush=True)
        handed_on = [name for name in self.names if name in SURFACES_BROKEN_CONNECTIONS and self.errors(name)]
        ok("no client error" + (f", but those that the libraries of {' and '.join(handed_on)} hand on" if handed_on else ""))

    def check(self, address):
        """Every acknowledged file is there with its content."""
        client = Client(f"hdfs://{address}")
        written = [(path, digest) for name in self.names for path, digest, _, _ in self.acknowledged(name)]

        def differs(file):
            path, digest = file
            try:
                with client.read(path) as content:
                    found = hashlib.sha256(content.read()).hexdigest()
                return None if found == digest else f"{path} has digest {found}, not {digest}"
            except Exception as error:
                return f"{path}: {error!r}"
        with ThreadPoolExecutor(4) as pool:
            bad = [each for each in pool.map(differs, written) if each]
        if bad:
            wrong(f"{len(bad)} of {len(written)} acknowledged files: {bad[:5]}")
        ok(f"all {len(written)} acknowledged files are there with their digests")
