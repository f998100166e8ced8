#!/usr/bin/env bash
# Apache's `hdfs haadmin` on two namenodes and a journal node, and `rfs haadmin` that changes who belongs to them, while a
# client writes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
UP_OPTIONS="--namenodes 2+1"
start_cluster 1
export HADOOP_USER_NAME=root
pids=()
cleanup() { [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true; }

apache() { hadoop org.apache.hadoop.hdfs.tools.DFSHAAdmin "$@" 2>/dev/null; }
ours() { "$rfs" haadmin "$@"; }
# of STATE: the names of the members in a state; of all without one
of() { ours -status --json | python3 -c "import json,sys; print(' '.join(sorted(m['name'] for m in json.load(sys.stdin)['members'] if m['state'] == sys.argv[1] or not sys.argv[1])))" "${1:-}"; }
# its NAME: id and vote of a member
its() { ours -status --json | python3 -c "import json,sys; print(*[f\"{m['id']} {m['votes']}\" for m in json.load(sys.stdin)['members'] if m['name'] == sys.argv[1]])" "$1"; }

leader=$(of active)
follower=$(of observer)
same "$(apache -getServiceState "$leader") $(apache -getServiceState "$follower")" "active standby" "hdfs haadmin -getServiceState"
states=$(apache -getAllServiceState | awk '{ print $2 }' | sort | tr '\n' ' ')
same "$states" "active standby " "hdfs haadmin -getAllServiceState"
apache -checkHealth "$leader" && apache -checkHealth "$follower" || wrong "hdfs haadmin -checkHealth"
ok "hdfs haadmin -checkHealth"
text=$(apache -failover "$leader" "$follower")
same "$text" "Failover from $leader to $follower successful" "hdfs haadmin -failover"
same "$(of active)" "$follower" "and it leads"
apache -transitionToStandby "$follower"
same "$(of active)" "$leader" "hdfs haadmin -transitionToStandby: the other one leads"

# A writer that must not notice what follows.
"$rfs" fs -mkdir -p /written
(while [ ! -e "$work/stop" ]; do "$rfs" fs -touchz "/written/$((number = ${number:-0} + 1))" || exit 1; done) 2> "$work/writer.log" &
writer=$!
peers=$(describe "','.join(n['rpc'] for n in d['namenodes'])")
# start_member NAME COMMAND: a daemon with an empty folder that knows the others
start_member() {
  local rpc; rpc=127.0.0.1:$(free_port)
  mkdir "$work/$1"
  "$rfs" "$2" -D dfs.ha.namenode.id="$1" -D dfs.namenode.rpc-address="$rpc" -D dfs.namenode.http-address="127.0.0.1:$(free_port)" \
    -D dfs.namenode.name.dir="file://$work/$1/name" -D rfs.raft.peers="$peers,$rpc" > "$work/$1.log" 2>&1 &
  pids+=($!)
}
start_member namenode3 namenode
ours -add namenode3
same "$(its namenode3)" "4 True" "a third namenode is added and votes"
ours -remove "$leader"
same "$(of)" "journalnode1 $follower namenode3" "the leader is removed, after a hand-over"
ours -transfer namenode3
start_member journalnode2 journalnode
ours -replace journalnode1 journalnode2
same "$(of)" "journalnode2 $follower namenode3" "a journal node takes the place of another"
same "$(of active)" "namenode3" "the one that was added leads"
ours -transfer "$follower"
if ours -transfer journalnode2 2> "$work/refused"; then wrong "a journal node leads"; fi
grep -q "which does not lead" "$work/refused" || wrong "$(cat "$work/refused")"
ok "leadership goes to namenodes only"
touch "$work/stop"
wait "$writer" || wrong "a write failed: $(cat "$work/writer.log")"
[ "$("$rfs" fs -ls /written | grep -c written)" -ge 5 ] || wrong "hardly anything was written"
ok "a client wrote all the time"
