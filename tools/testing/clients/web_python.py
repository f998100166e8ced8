"""Python's WebHDFS clients, once each: python web_python.py HOST:PORT FILE_OF_300_MB"""
import hashlib
import sys
import duckdb
import fsspec
import hdfs
import pyarrow
import pyarrow.compute
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import requests

web, big = sys.argv[1], open(sys.argv[2], "rb").read()
host, port = web.split(":")
base = f"http://{web}/webhdfs/v1"
NAMES = ["with space", "100%", "a+b", "grün", "%41", "a&b=c;d", "日本"]
MB = 1024 * 1024


def ok(what, got, want):
    if got != want:
        sys.exit(f"WRONG {what}: got {got}, wanted {want}")
    print(f"ok {what}", flush=True)


def refusal(of, wanted):
    """The text of what is thrown, which is of the class `wanted`."""
    try:
        of()
    except wanted as error:
        return str(error)
    sys.exit(f"WRONG {wanted} expected")


def digest(data):
    return hashlib.sha256(data).hexdigest()


def plain():
    """requests, as curl is used, where the clients below have no word for it."""
    def ask(method, path, op, data=None, user="root", **more):
        params, headers = more.pop("params", {}), more.pop("headers", {})
        return requests.request(method, base + path, params={"op": op, "user.name": user, **params}, data=data,
                                headers=headers, timeout=60, **more)

    head = ask("HEAD", "/hdfs/big", "OPEN", allow_redirects=True)
    ok("HEAD: the length, and no bytes", (head.status_code, head.headers["Content-Length"], head.content),
       (200, str(len(big) + len("the end")), b""))
    location = ask("PUT", "/plain", "CREATE", params={"noredirect": "true"}).json()["Location"]
    ok("noredirect=true: 201 for a fixed upload", requests.put(location, data=b"fixed", timeout=60).status_code, 201)
    chunks = (big[at:at + MB] for at in range(0, 5 * MB, MB))
    location = ask("POST", "/plain", "APPEND", params={"noredirect": "true"}).json()["Location"]
    ok("noredirect=true: 200 for a chunked append", requests.post(location, data=chunks, timeout=60).status_code, 200)
    ok("both are there", digest(ask("GET", "/plain", "OPEN").content), digest(b"fixed" + big[:5 * MB]))
    ok("a range in a header", ask("GET", "/plain", "OPEN", headers={"Range": "bytes=3-6"}).content, b"ed" + big[:2])
    ok("a range in a header from the datanode that was found",
       requests.get(ask("GET", "/plain", "OPEN", allow_redirects=False).headers["Location"],
                    headers={"Range": "bytes=-3"}, timeout=60).content, big[5 * MB - 3:5 * MB])
    ok("HEAD of a status", ask("HEAD", "/plain", "GETFILESTATUS").status_code, 200)
    made = ask("PUT", "/theirs", "MKDIRS", params={"permission": "700"}).json()
    ok("a folder of one's own", made, {"boolean": True})
    for method, op, path in (("GET", "LISTSTATUS", "/theirs"), ("GET", "OPEN", "/theirs/f"), ("PUT", "CREATE", "/theirs/f"),
                             ("DELETE", "DELETE", "/theirs"), ("PUT", "MKDIRS", "/theirs/d")):
        answer = ask(method, path, op, user="eve")
        ok(f"403 for another user: {op}", (answer.status_code, answer.json()["RemoteException"]["exception"]),
           (403, "AccessControlException"))
    answer = ask("GET", "/", "LISTSTATUS", user="no body!")
    ok("400 for a name that no user has", (answer.status_code, answer.json()["RemoteException"]["exception"]),
       (400, "IllegalArgumentException"))
    for path, status in (("/none/at/all", 404), ("/a:b", 400), ("/plain/below", 403), ("/../..", 400)):
        request = requests.Request("GET", base + path, params={"op": "OPEN", "user.name": "eve"}).prepare()
        request.url = f"{base}{path}?op=OPEN&user.name=eve"
        ok(f"{status} for a get of {path}", requests.Session().send(request, timeout=60).status_code, status)


def python_hdfs():
    client = hdfs.InsecureClient(f"http://{web}", user="root")
    with client.write("/hdfs/big", overwrite=True) as out:
        for at in range(0, len(big), MB):
            out.write(big[at:at + MB])
    status = client.status("/hdfs/big")
    ok("hdfs: 300 MB in blocks of 64 MB", (status["length"], status["blockSize"]), (len(big), 64 * MB))
    with client.read("/hdfs/big", chunk_size=MB) as pieces:
        whole = hashlib.sha256()
        for piece in pieces:
            whole.update(piece)
    ok("hdfs: read back", whole.hexdigest(), digest(big))
    with client.read("/hdfs/big", offset=64 * MB - 5, length=10) as part:
        ok("hdfs: a range across two blocks", part.read(), big[64 * MB - 5:64 * MB + 5])
    client.write("/hdfs/big", data=b"the end", append=True)
    with client.read("/hdfs/big", offset=len(big) - 1) as part:
        ok("hdfs: appended", part.read(), big[-1:] + b"the end")
    # The name of a file is quoted by this client; that of a folder in a listing is as it is.
    for name in NAMES:
        client.write(f"/hdfs/odd/{name}", data=name, encoding="utf-8")
        client.rename(f"/hdfs/odd/{name}", f"/hdfs/odd/{name}2")
        with client.read(f"/hdfs/odd/{name}2", encoding="utf-8") as text:
            ok(f'hdfs: written, renamed, read: "{name}"', text.read(), name)
    ok("hdfs: listed", client.list("/hdfs/odd"), sorted((f"{name}2" for name in NAMES), key=lambda name: name.encode()))
    ok("hdfs: walked", [len(files) for _, _, files in client.walk("/hdfs")], [1, len(NAMES)])
    ok("hdfs: content", client.content("/hdfs/odd")["fileCount"], len(NAMES))
    ok("hdfs: checksum", client.checksum("/hdfs/big")["algorithm"], "MD5-of-131072MD5-of-512CRC32C")
    ok("hdfs: nothing there", "File does not exist: /none" in refusal(lambda: client.status("/none"), hdfs.HdfsError), True)
    ok("hdfs: there already", "already exists" in
       refusal(lambda: client.write("/hdfs/odd/a+b2", data=b"x"), hdfs.HdfsError), True)
    ok("hdfs: a folder with something in it is kept", "is non empty" in
       refusal(lambda: client.delete("/hdfs/odd"), hdfs.HdfsError), True)
    ok("hdfs: deleted", (client.delete("/hdfs/odd", recursive=True), client.delete("/hdfs/odd")), (True, False))
    eve = hdfs.InsecureClient(f"http://{web}", user="eve")
    ok("hdfs: another user is refused", "Permission denied: user=eve" in
       refusal(lambda: eve.delete("/hdfs/big"), hdfs.HdfsError), True)
    client.set_permission("/hdfs/big", "600")
    ok("hdfs: another user may not read", "Permission denied: user=eve, access=READ" in
       refusal(lambda: eve.read("/hdfs/big").__enter__(), hdfs.HdfsError), True)
    client.set_permission("/hdfs/big", "644")


def fsspec_clients():
    fs = fsspec.filesystem("webhdfs", host=host, port=int(port), user="root")
    with fs.open("/fsspec/big", "wb", block_size=16 * MB) as out:
        out.write(big)
    ok("fsspec: 300 MB in many appends", fs.info("/fsspec/big")["size"], len(big))
    with fs.open("/fsspec/big", "rb", block_size=16 * MB) as file:
        ok("fsspec: read back", digest(file.read()), digest(big))
        file.seek(128 * MB - 7)
        ok("fsspec: a seek, across two blocks", file.read(20), big[128 * MB - 7:128 * MB + 13])
    for name in NAMES:
        with fs.open(f"/fsspec/odd/{name}", "wb") as out:
            out.write(name.encode())
        ok(f'fsspec: "{name}"', fs.cat(f"/fsspec/odd/{name}"), name.encode())
    ok("fsspec: listed", len(fs.ls("/fsspec/odd")), len(NAMES))
    fs.mv("/fsspec/odd", "/fsspec/even")
    ok("fsspec: moved", (fs.exists("/fsspec/odd"), fs.exists("/fsspec/even/a+b")), (False, True))
    fs.rm("/fsspec/even", recursive=True)
    ok("fsspec: removed", fs.exists("/fsspec/even"), False)
    ok("fsspec: checksum of a file", len(fs.ukey("/fsspec/big")["bytes"]) > 0, True)
    refusal(lambda: fs.open("/fsspec/none", "rb"), FileNotFoundError)

    table = pyarrow.table({"id": range(200_000), "name": [f"name {i % 1000}" for i in range(200_000)]})
    arrow = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(fs))
    pyarrow.parquet.write_table(table, "/arrow/one.parquet", filesystem=arrow, row_group_size=20_000)
    found = pyarrow.parquet.read_table("/arrow/one.parquet", filesystem=arrow, filters=[("id", ">=", 199_990)])
    ok("pyarrow: ten rows of Parquet", found["id"].to_pylist(), list(range(199_990, 200_000)))
    parts = table.append_column("part", pyarrow.compute.bit_wise_and(table["id"], 3))
    pyarrow.dataset.write_dataset(parts, "/arrow/parts", filesystem=arrow, format="parquet", partitioning=["part"],
                                  partitioning_flavor="hive")
    dataset = pyarrow.dataset.dataset("/arrow/parts", filesystem=arrow, format="parquet", partitioning="hive")
    ok("pyarrow: a partitioned dataset", dataset.count_rows(filter=pyarrow.dataset.field("part") == 2), 50_000)
    data = duckdb.connect()
    data.register_filesystem(fs)
    at = f"webhdfs://{web}/arrow"
    ok("DuckDB: an aggregate over Parquet", data.sql(f"select count(*), sum(id) from '{at}/one.parquet'").fetchall()[0],
       (200_000, 199_999 * 100_000))
    ok("DuckDB: a glob of partitions", data.sql(
        f"select part, count(*) from read_parquet('{at}/parts/*/*.parquet', hive_partitioning = true) "
        "group by part order by part").fetchall(), [(part, 50_000) for part in range(4)])


python_hdfs()
plain()
fsspec_clients()
