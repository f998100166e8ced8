#!/usr/bin/env bash
# npm's webhdfs package.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
folder=${RFS_CLIENTS_CACHE:-$HOME/.cache/rfs-clients}/npm-webhdfs
[ -d "$folder/node_modules/webhdfs" ] ||
  { mkdir -p "$folder" && npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund webhdfs@1.2.0 >&2; }
start_cluster 3 dfs.blocksize=67108864 hadoop.user.group.static.mapping.overrides="root=supergroup;eve=eve"
random_bytes 300 > "$work/big"
node --no-deprecation "$clients/web_npm.mjs" "$folder" "${WEB#http://}" "$work/big"
