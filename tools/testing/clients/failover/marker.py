"""A name that moves while a namenode hangs, and readers that must not see it go back."""
import http.client
import json
import time
import urllib.request

from hdfs_native import Client

from cluster import wrong


class Marker:
    """A folder that is called `before` and then, for ever, `after`."""

    def __init__(self, folder, http_address):
        self.before, self.after = f"{folder}/before", f"{folder}/after"
        self.address = http_address
        self.ask("MKDIRS", self.before)

    def move(self):
        self.ask("RENAME", self.before, f"&destination={self.after}")

    def ask(self, operation, path, more=""):
        url = f"http://{self.address}/webhdfs/v1{path}?op={operation}&user.name=root{more}"
        with urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=60) as answer:
            if json.load(answer) != {"boolean": True}:
                wrong(f"{operation} {path} is refused")


class Reader:
    """A client with one connection to one namenode: of WebHDFS, which presents no state id, or hdfs-native, which does."""

    def __init__(self, node, kind):
        self.kind = kind
        self.connection = http.client.HTTPConnection(node["http"], timeout=60) if kind == "web" else None
        self.client = Client(f"hdfs://{node['rpc']}") if kind == "native" else None

    def sees(self, path):
        if self.client:
            try:
                return self.client.get_file_info(path).isdir
            except FileNotFoundError:
                return False
        self.connection.request("GET", f"/webhdfs/v1{path}?op=GETFILESTATUS&user.name=root")
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status not in (200, 404):
            wrong(f"GETFILESTATUS {path}: {answer.status} {body[:300]}")
        return answer.status == 200

    def watch(self, marker, seconds):
        """Reads both names again and again; the number of reads."""
        reads = 0
        end = None
        while end is None or time.time() < end:
            if not self.sees(marker.after) or self.sees(marker.before):
                wrong(f"{self.kind}: an old answer, read {reads} after the leader woke up")
            reads += 2
            end = end or time.time() + seconds
        return reads
