#!/usr/bin/env bash
# fuzz.sh [FRAMES [SEED]]: damaged and senseless frames on the RPC and the data transfer port. No daemon dies, none
# keeps more memory than after the first tenth, and the file system still works.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
frames=${1:-200000}; seed=${2:-1}
UP_OPTIONS=--no-restart start_cluster 1 rfs.log.level=error
rpc=$(describe "d['namenodes'][0]['rpc']"); data=$(describe "d['datanodes'][0]['data']")
pids=$(describe "d['namenodes'][0]['pid'], d['datanodes'][0]['pid']")
# Growth that the garbage collector explains; frames that leave something behind leave it many times over.
allowed_kib=98304
memory() { local pid; for pid in $pids; do awk '/RssAnon/ {print $2}' "/proc/$pid/status"; done; }
fuzz() { node "$project/tools/testing/dist/fuzz/main.js" --seed "$1" --frames "$2" --rpc "$rpc" --data "$data"; }
fuzz "$seed-warm" $((frames / 10)) > /dev/null
before=$(memory)
fuzz "$seed" "$frames"
for pid in $pids; do kill -0 "$pid" || wrong "a daemon has died"; done
ok "$frames frames, seed $seed: both daemons live and work"
paste <(echo "$before") <(memory) | while read -r was is; do
  echo "KiB of memory: $was, then $is"
  [ $((is - was)) -le $allowed_kib ] || wrong "memory grew from $was to $is KiB"
done
ok "memory does not grow"
