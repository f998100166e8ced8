#!/usr/bin/env bash
# Python over WebHDFS: the packages hdfs and fsspec, pyarrow and DuckDB on top of it, and plain requests.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
python=$("$clients/venv.sh" web hdfs==2.7.3 requests==2.34.2 fsspec==2026.9.0 pyarrow==26.0.1 duckdb==2.0.0)
start_cluster 3 dfs.blocksize=67108864 hadoop.user.group.static.mapping.overrides="root=supergroup;eve=eve"
random_bytes 300 > "$work/big"
"$python" "$clients/web_python.py" "${WEB#http://}" "$work/big"
