#!/usr/bin/env bash
# hdfs-native from PyPI, a client without Java: 300 MB over several blocks, ranges, listing, rename, delete.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
python=$("$clients/venv.sh" native "hdfs-native==0.14.7")
start_cluster 3 dfs.blocksize=67108864
"$python" "$clients/hdfs_native_job.py" "$HDFS"
