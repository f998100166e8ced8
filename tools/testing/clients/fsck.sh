#!/usr/bin/env bash
# Hadoop's own fsck on every state that it tells of, with every option: what it prints about us is what it printed about
# Apache (fsck/recorded.txt; RECORD=1 TARGET=apache writes that anew). rfs fsck prints the same and has the exit codes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What differs from run to run made equal: times, names, ids, the order of replicas, and the exit code of -blockId where
# one of them is corrupt: Hadoop's fsck goes by the last line.
equal() {
  python3 -c '
import re, sys
text = sys.stdin.read()
for pattern, name in [(r" at \w{3} \w{3} [ \d]\d [\d:]{8} \w+ \d{4}", " at TIME"), (r"in \d+ milliseconds", "in N milliseconds"),
    (r"BP-\d+-[\d.]+-\d+", "POOL"), (r"blk_\d{5,}(_\d+)?", "BLOCK"), (r"DS-[\da-f-]{36}", "STORAGE"),
    (r"[\w.-]+:\d{4,5}\b", "NODE"), (r"started by \S+ \(auth:\w+\) from /[\d.]+", "started by USER from CLIENT"),
    (r"(?<=datanode/rack: )[^/]+", "HOST"), (r"(?<=-blockId BLOCK\(/f/partly\)\n)\? \d+", "? CODE")]:
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
[ "$TARGET" = rfs ] || exit 0

# recorded COMMAND: what was printed then, without the exit code
recorded() { awk -v line="$ $1" '/^\$ /{on = $0 == line; next} on && !/^\? /' "$clients/fsck/recorded.txt"; }
same "$("$rfs" fsck /g 2> /dev/null | equal)" "$(recorded /g)" "rfs fsck prints the same"
code=0; "$rfs" fsck / > /dev/null 2>&1 || code=$?
same $code 1 "rfs fsck ends with 1 when not all is HEALTHY"
same "$("$rfs" fsck / --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["status"], len(d["problems"]) > 0)')" "CORRUPT True" "rfs fsck --json"
explained=$("$rfs" fsck / --explain 2> /dev/null || true)
for what in 'every replica is corrupt' '3 of 5 replicas are known' '2 of 3 replicas are known.* Corrupt: '; do
  grep -q "what happened: .*$what" <<< "$explained" || wrong "--explain: $what: $explained"
done
ok "rfs fsck --explain tells what happened"
if command -v script > /dev/null; then
  script -qec "$rfs fsck /" /dev/null < /dev/null > "$work/terminal" || true
  grep -q 'checked [0-9]* files, [0-9]* in trouble' "$work/terminal" || wrong "no progress at a terminal: $(cat "$work/terminal")"
  ok "rfs fsck shows its progress at a terminal"
fi
