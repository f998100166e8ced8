"""Writes small files with hdfs-native until a file appears: python native_writer.py STOP_FILE FOLDER NAME=URI

FOLDER/NAME.log as in Writer.java."""
import hashlib
import os
import random
import sys
import time

from hdfs_native import Client, WriteOptions

stop_file, folder, target = sys.argv[1:]
name, uri = target.split("=", 1)
client = Client(uri)
pick = random.Random(name)
log = open(f"{folder}/{name}.log", "w", buffering=1)


def now():
    return int(time.time() * 1000)


number = 0
while not os.path.exists(stop_file):
    content = pick.randbytes(4096)
    path = f"/load/{name}/{number // 1000}/{number}"
    number += 1
    started = now()
    try:
        with client.create(path, WriteOptions()) as out:
            out.write(content)
        print("ack", path, hashlib.sha256(content).hexdigest(), started, now(), file=log)
    except Exception as error:
        print("error", started, now(), path, repr(error).replace("\n", " "), file=log)
        time.sleep(0.1)
