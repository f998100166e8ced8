#!/usr/bin/env bash
# Hadoop's own fsck on every state that it tells of, with every option: what it prints about us is what it printed about
# Apache (fsck/recorded.txt; RECORD=1 TARGET=apache writes that anew). rfs fsck prints the same and has the exit codes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What differs from run to run made equal: times, names, ids, and the order of replicas.
equal() {
  python3 -c '
import re, sys
text = sys.stdin.read()
for pattern, name in [(r" at \w{3} \w{3} [ \d]\d [\d:]{8} \w+ \d{4}", " at TIME"), (r"in \d+ milliseconds", "in N milliseconds"),
    (r"BP-\d+-[\d.]+-\d+", "POOL"), (r"blk_\d{5,}(_\d+)?", "BLOCK"), (r"DS-[\da-f-]{36}", "STORAGE"),
    (r"[\w.-]+:\d{4,5}\b", "NODE"), (r"started by \S+ \(auth:\w+\) from /[\d.]+", "started by USER from CLIENT"),
    (r"(?<=datanode/rack: )[^/]+", "HOST")]:
    text = re.sub(pattern, name, text)
text = re.sub(r"\[(Datanode.*)\]$", lambda list: "[" + ", ".join(sorted(re.split(r", (?=Datanode)", list[1]))) + "]", text, flags=re.M)
text = re.sub(r"(^Block replica on .*\n)+", lambda lines: "".join(sorted(lines[0].splitlines(True))), text, flags=re.M)
sys.stdout.write(text)'
}

start_cluster 3 dfs.replication=3 dfs.heartbeat.interval=1 dfs.namenode.redundancy.interval.seconds=1000
classpath=$work:$(jars)
javac -cp "$classpath" -d "$work" "$clients/fsck/Fsck.java"
java -Xmx600m -cp "$classpath" Fsck "$CLUSTER" "$clients/fsck/commands.txt" "$work/said" 2> "$work/errors" || { tail -n 20 "$work/errors" >&2; wrong "the states"; }
equal < "$work/said" > "$work/equal"
if [ -n "${RECORD:-}" ]; then
  cp "$work/equal" "$clients/fsck/recorded.txt"
  exit 0
fi
diff "$clients/fsck/recorded.txt" "$work/equal" >&2 || wrong "fsck prints something else"
ok "$(grep -c '^\$' "$work/equal") reports of Hadoop's fsck as on Apache"
