#!/usr/bin/env bash
# Hadoop 3.4.1's own shell: a gigabyte there and back at replication 3 in blocks of 64 MB, awkward names, and its report.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster 3 dfs.blocksize=67108864

random_bytes 1024 > "$work/big"
want=$(digest < "$work/big")
fs -put "$work/big" /big
same "$(fs -stat '%b %o %r' /big)" "1073741824 67108864 3" "put of 1 GB: length, block size, replication"
same "$(fs -cat /big | digest)" "$want" "cat of 1 GB has the same digest"
fs -get /big "$work/back"
same "$(digest < "$work/back")" "$want" "get of 1 GB has the same digest"
rm "$work/big" "$work/back"

fs -mkdir -p "/odd/with space" "/odd/100%" "/odd/a+b" "/odd/grün" "/odd/%41"
for folder in "with space" "100%" "a+b" "grün" "%41"; do
  echo "$folder" > "$work/small"
  fs -put "$work/small" "/odd/$folder/file of $folder"
  same "$(fs -cat "/odd/$folder/file of $folder")" "$folder" "a file under the name \"$folder\""
done
same "$(fs -ls -C /odd | sort | tr '\n' '|')" "/odd/%41|/odd/100%|/odd/a+b|/odd/grün|/odd/with space|" "ls of awkward names"
fs -mv "/odd/with space" "/odd/grün/moved away"
same "$(fs -cat "/odd/grün/moved away/file of with space")" "with space" "mv of awkward names"

fs -chmod 750 /odd; fs -chown alice:staff /odd
same "$(fs -stat '%A %u %g' /odd)" "rwxr-x--- alice staff" "chmod and chown"
fs -appendToFile "$work/small" "/odd/a+b/file of a+b"
same "$(fs -cat "/odd/a+b/file of a+b" | tr '\n' '|')" "a+b|%41|" "append"
fs -setrep -w 2 /big > "$work/setrep"
grep -q "/big" "$work/setrep"
same "$(fs -stat %r /big)" "2" "setrep -w"
same "$(fs -count / | awk '{print $1, $2}')" "7 6" "count of folders and files"
fs -truncate -w 100 /big > /dev/null
same "$(fs -stat %b /big)" "100" "truncate"
fs -rm -r -skipTrash /big /odd > /dev/null
same "$(fs -ls /)" "" "rm -r leaves nothing"

hadoop org.apache.hadoop.hdfs.tools.DFSAdmin -report > "$work/report"
grep -q '^Live datanodes (3):$' "$work/report" && grep -q '^Configured Capacity: ' "$work/report" || { cat "$work/report"; wrong "DFSAdmin -report"; }
ok "DFSAdmin -report names three live datanodes"
same "$(hadoop org.apache.hadoop.hdfs.tools.DFSAdmin -safemode get)" "Safe mode is OFF" "DFSAdmin -safemode get"
