"""python sync_order.py TRACE HOST:PORT NAME_FOLDER LOAD: reads a trace of system calls (strace -f -xx -yy) and shows that
no reply to a change left before a sync that covers it.

A change is on its way once its path stands in a write to the journal; it is covered once that write has ended if the
file was opened with O_DSYNC, else when a sync of that file that began after the end of that write has ended; its reply
may leave from then on. LOAD says which call of which client made
which path; a reply names client and call in its header."""
import json
import re
import sys

trace, rpc, name_folder, load = sys.argv[1:5]
port = rpc.split(":")[1]
paths = {}
for client in json.load(open(load)):
    for call, path in client["calls"].items():
        paths[(client["clientId"], int(call))] = path

HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
TRACED = re.compile(rb"/?traced-\d-\d{6}")


def content(text):
    """All bytes of the buffers that a call was given."""
    return b"".join(bytes.fromhex(m.group().replace("\\x", "")) for m in HEX.finditer(text))


def target(arguments):
    """What the call's file descriptor stands for: a path or a connection."""
    return HEX.sub(lambda m: content(m.group()).decode(), arguments.split(",")[0])


def replies(data):
    """(client id, call id) of each frame in what was written to a client."""
    at = 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        frame = data[at + 4:at + 4 + length]
        at += 4 + length
        yield header(frame)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def header(frame):
    length, at = varint(frame, 0)
    end = at + length
    call = client = None
    while at < end:
        tag, at = varint(frame, at)
        if tag & 7 == 0:
            value, at = varint(frame, at)
            if tag >> 3 == 1:
                call = value
        else:
            length, at = varint(frame, at)
            if tag >> 3 == 7:
                client = frame[at:at + length].hex()
            at += length
    return client, call


synced = set()                      # files opened with O_DSYNC
written, covered = {}, set()        # path -> step of the end of its journal write; paths covered by a sync
open_calls, syncs, answered, step = {}, 0, {}, 0
for line in open(trace, errors="replace"):
    match = re.match(r"^(\d+)\s+[\d:.]+\s+(.*)$", line)
    if not match:
        continue
    thread, rest = match.groups()
    step += 1
    resumed = re.match(r"<\.\.\. (\w+) resumed>", rest)
    if resumed:
        entry = open_calls.pop(thread, None)
        begun, ended = None, entry
    else:
        call = re.match(r"(\w+)\((.*)", rest)
        if not call:
            continue
        begun = (call.group(1), call.group(2), step)
        ended = None if "<unfinished" in rest else begun
        if "<unfinished" in rest:
            open_calls[thread] = begun
    if begun and begun[0] in ("write", "writev", "sendto", "sendmsg") and f":{port}->" in target(begun[1]):
        for key in replies(content(begun[1].split(",", 1)[1])):
            if key in paths:
                path = paths[key].encode().lstrip(b"/")
                answered[path] = step
                if path not in covered:
                    sys.exit(f"WRONG the reply to {path.decode()} left before a sync covered it (line {step} of the trace)")
    if ended:
        name, arguments, since = ended
        if name == "openat":
            if "O_DSYNC" in arguments:
                synced.add(content(arguments.split('"')[1]).decode())
            continue
        if name_folder + "/journal" not in target(arguments):
            continue
        if name in ("write", "writev", "pwrite64", "pwritev", "pwritev2"):
            found = {path.lstrip(b"/") for path in TRACED.findall(content(arguments.split(",", 1)[1]))}
            for path in found:
                written.setdefault(path, step)
            if any(path in target(arguments) for path in synced):
                syncs += 1
                covered |= found
        elif name in ("fdatasync", "fsync"):
            syncs += 1
            covered.update(path for path, at in written.items() if at < since)

missing = [path for path in paths.values() if path.encode().lstrip(b"/") not in answered]
if missing or not paths:
    sys.exit(f"WRONG {len(missing)} of {len(paths)} replies are not in the trace, such as {missing[:3]}")
print(f"ok {len(answered)} replies, each after one of {syncs} syncs or synced writes that covers it")
