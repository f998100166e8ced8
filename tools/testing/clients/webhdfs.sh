#!/usr/bin/env bash
# WebHDFS as curl and Hadoop's own webhdfs:// client speak it: 300 MB in blocks of 64 MB there and back, ranges, awkward
# names, refusals, addresses instead of redirects.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster 3 dfs.blocksize=67108864
user=$(id -un)

# url PATH OPERATION [PARAMETERS]: PATH is percent-encoded already
url() { echo "$WEB/webhdfs/v1$1?op=$2&user.name=$user${3:+&$3}"; }

# encoded TEXT: as one segment of a URL's path
encoded() { python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe=""))' "$1"; }

# value JSON EXPRESSION: a value of it, as Python's d
value() { python3 -c "import json,sys; d=json.loads(sys.argv[1]); print($2)" "$1"; }

# status ARGUMENTS...: the HTTP status of what curl does
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }

# part FROM LENGTH: those bytes of the 300 MB
part() { tail -c "+$(($1 + 1))" "$work/big" | head -c "$2" || true; }

random_bytes 300 > "$work/big"
want=$(digest < "$work/big")
same "$(status -L -T "$work/big" "$(url /big CREATE)")" 201 "curl: put of 300 MB"
same "$(value "$(curl -s "$(url /big GETFILESTATUS)")" "d['FileStatus']['length'], d['FileStatus']['blockSize']")" \
  "314572800 67108864" "curl: status of it, in blocks of 64 MB"
same "$(curl -s -L "$(url /big OPEN)" | digest)" "$want" "curl: get of 300 MB has the same digest"
same "$(cat "$work/big" | curl -s -L -o /dev/null -w '%{http_code}' -T - -H 'Transfer-Encoding: chunked' \
  "$(curl -s "$(url /chunked CREATE noredirect=true)" -X PUT | python3 -c 'import json,sys; print(json.load(sys.stdin)["Location"])')")" \
  201 "curl: chunked put of 300 MB to the address that noredirect=true gives"
location=$(value "$(curl -s "$(url /chunked OPEN noredirect=true)")" "d['Location']")
same "$(curl -s "$location" | digest)" "$want" "curl: get of it from the address that noredirect=true gives"

same "$(curl -s -L "$(url /big OPEN 'offset=67108800&length=1000')" | digest)" "$(part 67108800 1000 | digest)" \
  "curl: offset and length across two blocks"
same "$(curl -s -L "$(url /big OPEN offset=314572790)" | digest)" "$(part 314572790 10 | digest)" "curl: offset to the end"
same "$(curl -s -L -H 'Range: bytes=134217720-134217740' "$(url /big OPEN)" | digest)" "$(part 134217720 21 | digest)" \
  "curl: a Range header"
same "$(status -L -H 'Range: bytes=-5' "$(url /big OPEN)")" 206 "curl: the last five bytes are partial content"

for name in "with space" "100%" "a+b" "grün" "%41" "a&b=c;d#e?"; do
  path=/odd/$(encoded "$name")
  echo "$name" > "$work/small"
  same "$(status -L -T "$work/small" "$(url "$path" CREATE)")" 201 "curl: put under the name \"$name\""
  same "$(curl -s -L "$(url "$path" OPEN)")" "$name" "curl: get of \"$name\""
done
same "$(value "$(curl -s "$(url /odd LISTSTATUS)")" "'|'.join(f['pathSuffix'] for f in d['FileStatuses']['FileStatus'])")" \
  "%41|100%|a&b=c;d#e?|a+b|grün|with space" "curl: list of them"

same "$(status "$(url /none GETFILESTATUS)")" 404 "curl: 404 for the status of nothing"
same "$(value "$(curl -s -L "$(url /none OPEN)")" "d['RemoteException']['exception'], d['RemoteException']['javaClassName']")" \
  "FileNotFoundException java.io.FileNotFoundException" "curl: a get of nothing names Java's exception"
same "$(status -L "$(url /none OPEN)")" 404 "curl: 404 for a get of nothing"
same "$(status "$(url / NOSUCH)")" 400 "curl: 400 for an operation that is none"

web=webhdfs://${WEB#http://}
same "$(fs -ls -C "$web/" | sort | tr '\n' ' ')" "$web/big $web/chunked $web/odd " "Hadoop's webhdfs://: ls"
fs -put "$work/big" "$web/hadoop of 100%"
same "$(fs -stat '%b %o' '/hadoop of 100%')" "314572800 67108864" "Hadoop's webhdfs://: put of 300 MB"
fs -get "$web/hadoop of 100%" "$work/back"
same "$(digest < "$work/back")" "$want" "Hadoop's webhdfs://: get has the same digest"
same "$(fs -cat "$web/odd/a+b" "$web/odd/with space" | tr '\n' '|')" "a+b|with space|" "Hadoop's webhdfs://: cat of awkward names"
if fs -cat "$web/none" > "$work/said" 2>&1; then wrong "Hadoop's webhdfs://: cat of nothing"; fi
same "$(grep -c 'No such file or directory' "$work/said")" 1 "Hadoop's webhdfs://: no such file"

if [ "$TARGET" = rfs ]; then
  metrics=$(sed 's#\(http://[^/]*\)/.*#\1/metrics#' <<< "$location")
  bytes() { curl -s "$metrics" | awk -v name="rfs_datanode_webhdfs_$1_bytes_total" '$1 == name { print $2 }'; }
  before=$(bytes local); remote=$(bytes remote)
  curl -s "$location" > /dev/null
  same "$(($(bytes local) - before)) $(($(bytes remote) - remote))" "314572800 0" "every byte came from the datanode's own replicas"
fi
