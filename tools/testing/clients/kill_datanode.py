"""python kill_datanode.py FILE: FILE has a line "PID PORT" for each datanode; CLASSPATH runs Hadoop's shell."""
import hashlib
import os
import random
import signal
import subprocess
import sys
import time

datanodes = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
port_to_pid = {port: pid for pid, port in datanodes}
MB = 1 << 20
piece = random.Random(3).randbytes(MB)
SHELL = ["java", "-Xmx1g", "-XX:TieredStopAtLevel=1", "org.apache.hadoop.fs.FsShell"]


def established(pid):
    """Remote ports of a process's TCP connections."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            link = os.readlink(f"/proc/{pid}/fd/{fd}")
        except OSError:
            continue
        if link.startswith("socket:["):
            inodes.add(link[8:-1])
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in open(f"/proc/net/{table}").readlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and fields[3] == "01":
                ports.add(int(fields[2].rsplit(":", 1)[1], 16))
    return ports


def next_in_pipeline(pid):
    """The datanode that the process sends its block to."""
    for port in established(pid):
        if port in port_to_pid and port_to_pid[port] != pid:
            return port_to_pid[port]
    return None


def pipeline(client):
    """Process ids of the datanodes of the block being written, in order."""
    found, at = [], client
    while at is not None and len(found) < 3:
        at = next_in_pipeline(at)
        if at is not None:
            found.append(at)
    return found


def run(which, index, megabytes=200, before=40):
    put = subprocess.Popen([*SHELL, "-put", "-", f"/{which}"], stdin=subprocess.PIPE)
    digest = hashlib.sha256()

    def feed(count):
        for i in range(count):
            content = bytes([i % 251]) + piece[1:]
            digest.update(content)
            put.stdin.write(content)
        put.stdin.flush()

    feed(before)
    deadline = time.time() + 120
    while len(nodes := pipeline(put.pid)) < 3:
        if time.time() > deadline:
            sys.exit(f"WRONG no pipeline of three datanodes: {nodes}")
        time.sleep(0.05)
    os.kill(nodes[index], signal.SIGKILL)
    started = time.time()
    feed(megabytes - before)
    put.stdin.close()
    if put.wait() != 0:
        sys.exit(f"WRONG put with the {which} datanode of the pipeline killed ended with {put.returncode}")
    took = time.time() - started
    for port in [port for port, pid in port_to_pid.items() if pid == nodes[index]]:
        del port_to_pid[port]
    got = hashlib.sha256(subprocess.run([*SHELL, "-cat", f"/{which}"], stdout=subprocess.PIPE).stdout).digest()
    if got != digest.digest():
        sys.exit(f"WRONG digest after a put with the {which} datanode of the pipeline killed")
    print(f"ok put with the {which} datanode of the pipeline killed, {took:.1f} s from the kill to the end", flush=True)


run("first", 0)
run("second", 1)
