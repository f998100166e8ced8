#!/usr/bin/env bash
# 1,000 WebHDFS readers that take nothing: what they cost a datanode, of its own replica and of another datanode's, and
# what is left when they go.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
UP_OPTIONS=--hosts
start_cluster 2 dfs.replication=1
node "$clients/web_slow_readers.mjs" 1000 "$DESCRIPTION"
