#!/usr/bin/env bash
# An Apache datanode under the rfs namenode: it registers, takes a replica from an rfs client and from Hadoop's, and
# serves both.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster 0 dfs.replication=1
property() { printf '<property><name>%s</name><value>%s</value></property>\n' "$1" "$2"; }
mkdir -p "$work/dn"
cp "$CONF/core-site.xml" "$work/dn/"
echo "<configuration>$(property dfs.namenode.rpc-address "${HDFS#hdfs://}"; property dfs.datanode.data.dir "file://$work/dn/data"
  property dfs.datanode.address "127.0.0.1:$(free_port)"; property dfs.datanode.http.address "127.0.0.1:$(free_port)"
  property dfs.datanode.ipc.address "127.0.0.1:$(free_port)"; property dfs.heartbeat.interval 1)</configuration>" > "$work/dn/hdfs-site.xml"
java -Xmx512m -XX:TieredStopAtLevel=1 -cp "$work/dn:$(jars | cut -d: -f2-)" org.apache.hadoop.hdfs.server.datanode.DataNode > "$work/dn.log" 2>&1 &
datanode=$!
cleanup() { kill "$datanode" 2>/dev/null; wait "$datanode"; }
registered() {
  kill -0 "$datanode" 2>/dev/null || { tail -20 "$work/dn.log" >&2; wrong "the Apache datanode ended"; }
  curl -s "$WEB/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState" | grep '"NumLiveDataNodes" *: *1\b' > /dev/null
}
wait_for registered || wrong "the Apache datanode does not register"
ok "an Apache datanode registers"
random_bytes 20 > "$work/data"
want=$(digest < "$work/data")
fs -put "$work/data" /from-hadoop
same "$(fs -cat /from-hadoop | digest)" "$want" "it takes a replica from Hadoop's client and serves it"
if [ "$TARGET" = rfs ]; then
  "$rfs" fs -put "$work/data" /from-rfs
  same "$("$rfs" fs -cat /from-rfs | digest)" "$want" "it takes a replica from rfs's client and serves it"
fi
same "$(find "$work/dn/data" -path '*/finalized/*' -name 'blk_*.meta' | wc -l)" "$([ "$TARGET" = rfs ] && echo 2 || echo 1)" "its replicas are finalized on its disk"
