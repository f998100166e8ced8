#!/usr/bin/env bash
# Hadoop's ObserverReadProxyProvider: reads go to the namenodes that do not lead, a client sees its own writes, and
# another process sees them after msync.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
UP_OPTIONS="--namenodes 3"
start_cluster 1
classes=$(jars)
mkdir "$work/classes"
javac -cp "$classes" -d "$work/classes" "$clients/failover/Observers.java"
observers() { java -Xmx300m -XX:TieredStopAtLevel=1 -cp "$work/classes:$classes" Observers "$@"; }
observers write 100 | observers read || wrong "reads through ObserverReadProxyProvider"
ok "a client sees its own writes, and those of another process after msync"
# seen: a line "STATE READS CPU_US" for each namenode, all since its start
seen() {
  python3 - "$CLUSTER/cluster.json" <<'PYTHON'
import json, os, re, sys, urllib.request
for node in json.load(open(sys.argv[1]))["namenodes"]:
    text = urllib.request.urlopen(f"http://{node['http']}/metrics").read().decode()
    reads = int(float(re.search(r"^rfs_reads_served_total (\S+)", text, re.M).group(1)))
    times = open(f"/proc/{node['pid']}/stat").read().rsplit(")", 1)[1].split()[11:13]
    print(node["state"], reads, int(sum(map(int, times)) * 1e6 / os.sysconf("SC_CLK_TCK")))
PYTHON
}
before=$(seen)
observers get 20000 || wrong "reads alone"
after=$(seen)
# total reads, reads of the leader, and for people: reads and CPU time for one of each namenode
read -r total leader text <<< "$(paste -d' ' <(cat <<< "$before") <(cat <<< "$after") | awk '{
  n = $5 - $2; total += n; if ($4 == "active") leader += n
  text = text sprintf("; %s %d", $4, n); if (n >= 1000) text = text sprintf(", CPU %d us each", ($6 - $3) / n)
} END { print total, leader + 0, substr(text, 3) }')"
[ "$total" -ge 20000 ] && [ "$((leader * 20))" -le "$total" ] || wrong "reads by namenode: $text"
ok "of $total reads the leader served $leader: $text"
