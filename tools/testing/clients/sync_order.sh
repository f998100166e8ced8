#!/usr/bin/env bash
# The page cache survives kill -9, so durability is shown by order: under strace no reply to a change leaves the
# namenode before its write to the journal, which is opened with O_DSYNC, or a sync that began after that has ended.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mkdir -p "$work/conf"
rpc=127.0.0.1:$(free_port); http=127.0.0.1:$(free_port)
strace -f -qq -tt -yy -xx -s 4000000 -e trace=openat,fdatasync,fsync,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg -o "$work/trace" \
  node "$project/tools/cli/bin/rfs.js" namenode --bootstrap --rpc-address "$rpc" --http-address "$http" --name-dir "file://$work/name" > "$work/nn.log" 2>&1 &
tracer=$!
cleanup() { kill -TERM "${namenode:-$tracer}" 2>/dev/null; wait "$tracer"; }
wait_for curl -s -o /dev/null "http://$http/jmx" || { cat "$work/nn.log" >&2; wrong "the namenode does not serve"; }
namenode=$(pgrep -P "$tracer" | head -1)
node "$project/tools/testing/dist/main.js" "$rpc" 2000 > "$work/load.json"
kill -TERM "$namenode"
wait "$tracer" || true
python3 "$clients/sync_order.py" "$work/trace" "$rpc" "$work/name" "$work/load.json"
