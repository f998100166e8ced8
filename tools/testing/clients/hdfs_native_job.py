"""python hdfs_native_job.py hdfs://host:port"""
import hashlib
import random
import sys

from hdfs_native import Client, WriteOptions

client = Client(sys.argv[1])
MB = 1 << 20
TOTAL = 300 * MB
content = random.Random(1).randbytes(MB) * 300
content = b"".join(bytes([i % 251]) + content[i * MB + 1:(i + 1) * MB] for i in range(300))


def ok(what, condition):
    if not condition:
        sys.exit(f"WRONG {what}")
    print(f"ok hdfs-native: {what}", flush=True)


client.mkdirs("/native/in", create_parent=True)
with client.create("/native/in/big", WriteOptions(block_size=64 * MB, replication=3)) as out:
    for at in range(0, TOTAL, 4 * MB):
        out.write(content[at:at + 4 * MB])
status = client.get_file_info("/native/in/big")
ok("300 MB written, length and block size", (status.length, status.blocksize, status.replication) == (TOTAL, 64 * MB, 3))
with client.read("/native/in/big") as file:
    ok("read back with the same digest", hashlib.sha256(file.read()).digest() == hashlib.sha256(content).digest())
with client.read("/native/in/big") as file:
    pick = random.Random(2)
    ranges = [(pick.randrange(TOTAL), pick.randrange(1, 3 * MB)) for _ in range(40)] + [(64 * MB - 5, 10), (TOTAL - 1, 1)]
    ok("ranges, across blocks too", all(file.read_range(at, min(n, TOTAL - at)) == content[at:at + n] for at, n in ranges))
with client.append("/native/in/big") as out:
    out.write(b"tail")
with client.read("/native/in/big") as file:
    ok("append", file.read_range(TOTAL, 4) == b"tail" and len(file) == TOTAL + 4)
for i in range(30):
    with client.create(f"/native/in/small {i:02} ü+%", WriteOptions()) as out:
        out.write(str(i).encode())
names = sorted(s.path for s in client.list_status("/native", True) if not s.isdir)
ok("recursive listing", len(names) == 31 and names[1] == "/native/in/small 00 ü+%")
client.rename("/native/in", "/native/out")
ok("rename of a folder", client.get_file_info("/native/out/small 07 ü+%").length == 1)
summary = client.get_content_summary("/native")
ok("content summary", (summary.file_count, summary.directory_count) == (31, 2))
client.set_permission("/native/out/big", 0o640)
ok("permission", client.get_file_info("/native/out/big").permission == 0o640)
ok("delete", client.delete("/native", True))
ok("nothing left", list(client.list_status("/")) == [])
