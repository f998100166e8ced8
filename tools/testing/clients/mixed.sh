#!/usr/bin/env bash
# mixed.sh rfs|apache: a namenode of that kind with two rfs datanodes and two Apache ones in one cluster, through
# writes and reads by both kinds of client, checksums, lease recovery, kill -9 of a datanode of each kind in the middle
# of writes, re-replication to the other kind, and append.
TARGET=${1:-rfs}
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_cluster 0 dfs.replication=2 dfs.blocksize=1048576 dfs.heartbeat.interval=1 \
  dfs.namenode.heartbeat.recheck-interval=1000 dfs.namenode.redundancy.considerLoad=false dfs.namenode.redundancy.interval.seconds=1s \
  dfs.namenode.reconstruction.pending.timeout-sec=10 dfs.client.block.write.replace-datanode-on-failure.best-effort=true

property() { printf '<property><name>%s</name><value>%s</value></property>\n' "$1" "$2"; }

# configure NAME: a folder for the datanode of that name
configure() {
  mkdir -p "$work/$1"
  cp "$CONF/core-site.xml" "$work/$1/"
  echo "<configuration>$(property dfs.namenode.rpc-address "${HDFS#hdfs://}"; property dfs.datanode.data.dir "file://$work/$1/data"
    property dfs.datanode.address "127.0.0.1:$(free_port)"; property dfs.datanode.http.address "127.0.0.1:$(free_port)"
    property dfs.datanode.ipc.address "127.0.0.1:$(free_port)"; property dfs.heartbeat.interval 1)</configuration>" > "$work/$1/hdfs-site.xml"
}

declare -A pid
cleanup() {
  local each
  for each in "${pid[@]}" ${writers:-}; do kill -9 "$each" 2>/dev/null || true; done
  wait "${pid[@]}" 2>/dev/null || true
}
for name in apache1 apache2; do
  configure $name
  java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$work/$name:$(jars | cut -d: -f2-)" \
    org.apache.hadoop.hdfs.server.datanode.DataNode > "$work/$name/log" 2>&1 &
  pid[$name]=$!
done
for name in rfs1 rfs2; do
  configure $name
  "$rfs" datanode --conf "$work/$name" > "$work/$name/log" 2>&1 &
  pid[$name]=$!
done

# state NAME: a number of the namenode's bean
state() { curl -s "$WEB/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState" | sed -n "s/.*\"$1\" *: *\([0-9]*\).*/\1/p" || true; }

# until_live COUNT
until_live() {
  live() { [ "$(state NumLiveDataNodes)" = "$1" ]; }
  ! wait_for live "$1" || return 0
  tail -n 5 "$work"/*/log >&2; wrong "$(state NumLiveDataNodes) live datanodes instead of $1"
}
# Options with which a write goes through all four datanodes.
all=(-D dfs.replication=4)
fsck() { curl -s "$WEB/fsck?ugi=$(whoami)&path=$1${2:+&$2=1}"; }

# finalized NAME: how many finalized replicas a datanode's disk has
finalized() { find "$work/$1/data" -path '*/finalized/*' -name 'blk_*.meta' | wc -l; }
# all_finalized NAME COUNT
all_finalized() { [ "$(finalized "$1")" = "$2" ]; }

until_live 4
# A datanode takes nothing before its first heartbeat has told of its storages.
storages_told() { [ "$("$rfs" dfsadmin -report -live | grep -c '^Configured Capacity: [1-9]')" = 5 ]; }
wait_for storages_told || wrong "not every datanode tells of its storages"
ok "$TARGET namenode: datanodes of both kinds register"

random_bytes 6 > "$work/data"
want=$(digest < "$work/data")
"$rfs" fs "${all[@]}" -put "$work/data" /from-rfs &
fs "${all[@]}" -put "$work/data" /from-hadoop
wait $!
for name in rfs1 rfs2 apache1 apache2; do
  wait_for all_finalized $name 12 || true
  same "$(finalized $name)" 12 "$name has a replica of every block that went through pipelines of both kinds"
done
for _ in 1 2 3; do same "$("$rfs" fs -cat /from-hadoop | digest)" "$want" "rfs's client reads what Hadoop's wrote"; done | sort -u
same "$(fs -cat /from-rfs | digest)" "$want" "Hadoop's client reads what rfs's wrote"
sum=$("$rfs" fs -checksum /from-rfs | cut -f2-)
for _ in 1 2 3 4; do same "$("$rfs" fs -checksum /from-hadoop | cut -f2-)" "$sum" "the checksums are the same from all datanodes"; done | sort -u
same "$(fs -checksum /from-rfs | cut -f2-)" "$sum" "the checksum that Hadoop's client gets is the same"

# A write that stops in the middle: `feed NAME` gives 2.5 blocks, and the rest once the file NAME.go is there.
feed() {
  head -c 2621440 "$work/data"
  until [ -e "$work/$1.go" ]; do sleep 0.1; done
  tail -c +2621441 "$work/data"
}
# writing COUNT NAME...: waits until these datanodes have COUNT replicas being written, each of nearly half a block
writing() {
  local count=$1 name; shift
  being_written() { [ "$(find "$work/$1/data" -path '*/rbw/*' -name 'blk_*' ! -name '*.meta' -size +300k | wc -l)" -ge "$count" ]; }
  for name in "$@"; do wait_for being_written "$name" || wrong "$name does not take part in the writes"; done
}

# Writers that die.
mkfifo "$work/rfs.pipe" "$work/hadoop.pipe"
feed never > "$work/rfs.pipe" & feeders=$!
feed never > "$work/hadoop.pipe" & feeders="$feeders $!"
node "$project/tools/cli/dist/main.js" fs "${all[@]}" -put - /cut-rfs < "$work/rfs.pipe" & one=$!
java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$(jars)" org.apache.hadoop.fs.FsShell "${all[@]}" -put - /cut-hadoop < "$work/hadoop.pipe" & two=$!
writers="$one $two $feeders"
writing 2 rfs1 rfs2 apache1 apache2
kill -9 $writers; wait $writers 2>/dev/null || true; writers=
for name in rfs hadoop; do
  hadoop org.apache.hadoop.hdfs.tools.DebugAdmin recoverLease -path "/cut-$name._COPYING_" -retries 20 > "$work/recover.out" 2>&1 || { cat "$work/recover.out" >&2; wrong "recoverLease"; }
  "$rfs" fs -cat "/cut-$name._COPYING_" > "$work/cut"
  length=$(stat -c %s "$work/cut")
  [ "$length" -gt 2097152 ] || wrong "only $length bytes are left"
  same "$(digest < "$work/cut")" "$(head -c "$length" "$work/data" | digest)" "recovery of a lease: what a killed $name client wrote is there up to the middle of a block"
done
for name in rfs1 rfs2 apache1 apache2; do
  wait_for all_finalized $name 18 || true
  same "$(finalized $name)" 18 "$name finalized the recovered blocks"
done

# A datanode of each kind dies in the middle of two writes. Of three replicas at least one is left.
"$rfs" fs -setrep 3 / > /dev/null
feed one | "$rfs" fs "${all[@]}" -put - /through-rfs & one=$!
feed one | fs "${all[@]}" -put - /through-hadoop & two=$!
writers="$one $two"
writing 2 rfs1 rfs2 apache1 apache2
kill -9 "${pid[rfs1]}" "${pid[apache1]}"
touch "$work/one.go"
wait $one || wrong "rfs's client did not survive the loss of a datanode of each kind"
wait $two || wrong "Hadoop's client did not survive the loss of a datanode of each kind"
writers=
until_live 2
"$rfs" fs -setrep 2 / > /dev/null
same "$("$rfs" fs -cat /through-rfs | digest)" "$want" "a write by rfs's client survives kill -9 of a datanode of each kind"
same "$("$rfs" fs -cat /through-hadoop | digest)" "$want" "a write by Hadoop's client survives kill -9 of a datanode of each kind"

# With two replicas asked for, each block ends with one on each of the two datanodes that are left, once the others are
# given up: until then what they had counts.
both_dead() { "$rfs" dfsadmin -report -dead | grep '^Dead datanodes (2)' > /dev/null; }
wait_for both_dead || true
same "$("$rfs" dfsadmin -report -dead | grep -o '^Dead datanodes ([0-9]*)')" "Dead datanodes (2)" "the killed datanodes count as dead"
problems() { fsck / | sed -n 's/^ *\(Under-replicated blocks\|Over-replicated blocks\|Average block replication\|Missing blocks\):[^0-9]*\([0-9.]*\).*/\2/p; s/^The filesystem .* is \([A-Z]*\)$/\1/p' | xargs; }
well() { [ "$(problems)" = "0 0 2.0 0 HEALTHY" ]; }
# healed NAME
healed() {
  wait_for well || true
  same "$(problems)" "0 0 2.0 0 HEALTHY" "$1"
}
healed "every block has a replica of each kind again, and fsck says HEALTHY"
same "$("$rfs" fs -checksum /from-hadoop | cut -f2-)" "$sum" "the checksum is the same as before"

# Append: every block has a replica of each kind.
head -c 700000 "$work/data" > "$work/more"
"$rfs" fs -appendToFile "$work/more" /from-hadoop
fs -appendToFile "$work/more" /from-rfs
appended=$(cat "$work/data" "$work/more" | digest)
same "$("$rfs" fs -cat /from-hadoop | digest)" "$appended" "rfs's client appends to blocks on both kinds"
same "$("$rfs" fs -cat /from-rfs | digest)" "$appended" "Hadoop's client appends to blocks on both kinds"

# Each of the two that are left has everything: what re-replication brought is right on either kind.
for name in apache2 rfs2; do
  kill -STOP "${pid[$name]}"
  same "$(timeout 120 "$rfs" fs -D dfs.client.socket-timeout=4000 -cat /from-rfs | digest)" "$appended" "everything can be read without $name"
  kill -CONT "${pid[$name]}"
  healed "with $name again fsck says HEALTHY"
done
