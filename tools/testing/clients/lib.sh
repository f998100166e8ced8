# Sourced by the client scripts. Each script starts the cluster it needs, prints one line "ok NAME" for every thing
# seen working, and ends with a code other than 0 at the first that is not. TARGET=apache runs a script against a real
# Apache HDFS, to tell a wrong script from a wrong file system.
# With pipefail `grep -q` may end a pipe before its writer is done, and so fail: it is not used behind one.
set -euo pipefail

clients=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$clients/../../.." && pwd)
compat=${RFS_COMPAT:-$project/../shared/compat}
TARGET=${TARGET:-rfs}
rfs=$project/node_modules/.bin/rfs
work=$(mktemp -d "${TMPDIR:-/tmp}/rfs-clients-XXXXXX")
up_pid=

ok() { echo "ok $*"; }

wrong() { echo "WRONG $*" >&2; exit 1; }

# same A B NAME: the texts A and B are equal
same() { if [ "$1" = "$2" ]; then ok "$3"; else wrong "$3: got \"$1\", wanted \"$2\""; fi; }

# wait_for COMMAND...: until it succeeds; fails when it does not for two minutes, which no machine is too slow for
wait_for() {
  local end=$((SECONDS + 120))
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}

# start_cluster DATANODES [NAME=VALUE...]: sets HDFS (hdfs://host:port), WEB (http://host:port), CONF (a folder for
# clients), CLUSTER (a folder with all data) and, on rfs, DESCRIPTION (the JSON line of rfs up).
start_cluster() {
  local datanodes=$1; shift
  CLUSTER=$work/cluster
  if [ "$TARGET" = apache ]; then
    local line; line=$("$compat/apache.sh" up "$CLUSTER" "$datanodes" "$@")
    HDFS=$(sed 's/.*hdfs=\(hdfs:[^ ]*\).*/\1/' <<< "$line"); WEB=$(sed 's/.*http=\(http:[^ ]*\).*/\1/' <<< "$line")
    CONF=$CLUSTER/conf
  else
    local settings=(); local each; for each in "$@"; do settings+=(-D "$each"); done
    "$rfs" up --json --dir "$CLUSTER" --datanodes "$datanodes" ${UP_OPTIONS:-} "${settings[@]}" > "$work/up.json" 2> "$work/up.log" &
    up_pid=$!
    until [ -s "$work/up.json" ]; do
      kill -0 "$up_pid" 2>/dev/null || { cat "$work/up.log" >&2; wrong "rfs up"; }
      sleep 0.05
    done
    DESCRIPTION=$(cat "$work/up.json")
    HDFS=$(describe "d['hdfs']"); WEB=$(describe "d['webhdfs']"); CONF=$(describe "d['conf']")
  fi
  export HADOOP_CONF_DIR=$CONF
}

# free_port: one of 127.0.0.1, each time another, below those that outgoing connections get: none takes it before a daemon
# listens
free_port() {
  local port; port=$(($(cat "$work/port" 2>/dev/null || echo $((10000 + RANDOM % 9000))) + 1))
  while (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo $port | tee "$work/port"
}

# describe EXPRESSION: a value of rfs up's description, as Python's d
describe() { python3 -c "import json,sys; d=json.loads(sys.argv[1]); print($1)" "$DESCRIPTION"; }

stop_cluster() {
  if [ "$TARGET" = apache ]; then [ ! -d "${CLUSTER:-}" ] || "$compat/apache.sh" down "$CLUSTER"
  elif [ -n "$up_pid" ]; then kill -TERM "$up_pid" 2>/dev/null || true; wait "$up_pid" 2>/dev/null || true; up_pid=
  fi
}

# What a script started besides the cluster, for it to end.
cleanup() { :; }

finish() {
  local code=$?
  cleanup || true
  stop_cluster || true
  if [ -n "${KEEP:-}" ]; then echo "kept $work" >&2; else rm -rf "$work"; fi
  exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

# The class path of Hadoop 3.4.1's clients; brings the jars the first time.
jars() { local cache; cache=$("$compat/setup.sh"); echo "$CONF:$cache/conf:$cache/lib/*"; }

# hadoop CLASS ARGUMENTS...: runs a Hadoop class with the cluster's configuration
hadoop() { java -Xmx1g -XX:TieredStopAtLevel=1 ${JAVA_SETTINGS:-} -cp "$(jars)" "$@"; }

# fs ARGUMENTS...: Hadoop's file system shell
fs() { hadoop org.apache.hadoop.fs.FsShell "$@"; }

digest() { sha256sum | cut -d' ' -f1; }

# random_bytes MEGABYTES: the same bytes every time, not to be compressed
random_bytes() { openssl enc -aes-128-ctr -pass pass:rfs -nosalt -md sha256 < /dev/zero 2>/dev/null | head -c "$1M" || true; }
