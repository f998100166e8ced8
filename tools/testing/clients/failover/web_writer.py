"""Writes small files over WebHDFS until a file appears: python web_writer.py STOP_FILE FOLDER NAME=HOST:PORT[,HOST:PORT...]

With one address it knows nothing of high availability; with several it does what an HTTP client does with a name that
stands for several addresses: a connection that cannot be made or breaks is tried again at the next one, and without the
datanode that it was (excludedatanodes, as Hadoop's client does).
FOLDER/NAME.log as in Writer.java."""
import hashlib
import http.client
import os
import random
import select
import sys
import time
from urllib.parse import urlsplit

stop_file, folder, target = sys.argv[1:]
name, addresses = target.split("=", 1)
addresses = addresses.split(",")
pick = random.Random(name)
log = open(f"{folder}/{name}.log", "w", buffering=1)
connections = {}


def now():
    return int(time.time() * 1000)


def ask(address, method, url, body=None):
    """Status, headers and body, over a connection that is kept."""
    connection = connections.get(address)
    # A connection that the server has closed meanwhile is readable (urllib3's is_connection_dropped).
    if connection is None or connection.sock is None or select.select([connection.sock], [], [], 0)[0]:
        connection = connections[address] = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request(method, url, body)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        del connections[address]
        raise


def create(path, content):
    failure = None
    refused = set()
    for address in addresses * 2 if len(addresses) > 1 else addresses:
        try:
            url = f"/webhdfs/v1{path}?op=CREATE&overwrite=true&user.name={os.environ.get('USER', 'root')}"
            if refused:
                url += f"&excludedatanodes={','.join(sorted(refused))}"
            status, headers, body = ask(address, "PUT", url)
            if status != 307:
                raise RuntimeError(f"{address}: {status} {body[:500]}")
            to = urlsplit(headers["Location"])
            try:
                status, headers, body = ask(to.netloc, "PUT", f"{to.path}?{to.query}", content)
            except (OSError, http.client.HTTPException):
                refused.add(to.netloc)
                raise
            if status != 201:
                raise RuntimeError(f"{to.netloc}: {status} {body[:500]}")
            addresses.remove(address)
            addresses.insert(0, address)
            return
        except (OSError, http.client.HTTPException) as error:
            failure = error
    raise failure


number = 0
while not os.path.exists(stop_file):
    content = pick.randbytes(4096)
    path = f"/load/{name}/{number // 1000}/{number}"
    number += 1
    started = now()
    try:
        create(path, content)
        print("ack", path, hashlib.sha256(content).hexdigest(), started, now(), file=log)
    except Exception as error:
        print("error", started, now(), path, repr(error).replace("\n", " "), file=log)
        time.sleep(0.1)
