#!/usr/bin/env bash
# Hadoop's ObserverReadProxyProvider: reads go to the namenodes that do not lead, a client sees its own writes, and
# another one sees them after msync.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
UP_OPTIONS="--namenodes 3"
start_cluster 1
classes=$(jars)
mkdir "$work/classes"
javac -cp "$classes" -d "$work/classes" "$clients/failover/Observers.java"
# served: "STATE READS" of each namenode
served() {
  python3 - "$CLUSTER/cluster.json" <<'PYTHON'
import json, re, sys, urllib.request
for node in json.load(open(sys.argv[1]))["namenodes"]:
    text = urllib.request.urlopen(f"http://{node['http']}/metrics").read().decode()
    print(node["state"], int(float(re.search(r"^rfs_reads_served_total (\S+)", text, re.M).group(1))))
PYTHON
}
before=$(served)
timeout 100 java -Xmx500m -XX:TieredStopAtLevel=1 -cp "$work/classes:$classes" Observers 100 || wrong "reads through ObserverReadProxyProvider"
ok "a client sees its own writes, and those of another one after msync"
after=$(served)
split=$(paste -d' ' <(cat <<< "$before") <(cat <<< "$after") | awk '{ n = $4 - $2; total += n; if ($3 == "active") leader += n; text = text " " $3 " " n } END { print total, leader + 0, text }')
read -r total leader text <<< "$split"
[ "$total" -ge 1000 ] && [ "$((leader * 20))" -le "$total" ] || wrong "reads by namenode: $text"
ok "of $total reads the leader served $leader: $text"
