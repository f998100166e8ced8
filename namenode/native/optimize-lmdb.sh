#!/bin/sh
# npm run optimize, a part of npm ci: compiles the lmdb package's own sources with optimization, which its ready-made
# binaries lack: applying changes takes half as much processor time in the store. lmdb looks for build/Release first.
# Without a compiler or Node's headers, or when it fails, the ready-made binary stays, which does the same, slower.
set -u
cd "$(dirname "$0")/../.."
lmdb=$PWD/node_modules/lmdb
binary=$lmdb/build/Release/lmdb.node
nodedir=$(node -p 'path.resolve(process.execPath, "../..")')
as_it_is() { rm -rf "$lmdb/build"; echo "lmdb stays as it came: $1"; exit 0; }
works() {
  node --input-type=module -e '
    import { open } from "lmdb";
    const store = open({ path: process.argv[1] });
    store.putSync("key", 1);
    process.exit(store.get("key") === 1 ? 0 : 1);' "$1"
}

[ ! -f "$binary" ] || exit 0
for tool in g++ make python3; do command -v "$tool" > /dev/null || as_it_is "there is no $tool"; done
[ -f "$nodedir/include/node/node_api.h" ] || as_it_is "Node's headers are not in $nodedir/include/node"
[ -f "${npm_config_node_gyp:-}" ] || as_it_is "not started by npm, which knows node-gyp"
log=$(mktemp)
scratch=$(mktemp -d)
trap 'rm -rf "$log" "$scratch"' EXIT
# Through Node-API only: what V8's own functions save is little, and they tie a binary to one version of Node.
(cd "$lmdb" && ENABLE_V8_FUNCTIONS=false node "$npm_config_node_gyp" rebuild -j max --nodedir="$nodedir") > "$log" 2>&1 ||
  { tail -n 20 "$log"; as_it_is "it could not be compiled"; }
works "$scratch/database" || as_it_is "what was compiled does not work"
# What was on the way to the binary goes.
mv "$binary" "$scratch" && rm -rf "$lmdb/build" && mkdir -p "$lmdb/build/Release" && mv "$scratch/lmdb.node" "$binary"
