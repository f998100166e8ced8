#!/usr/bin/env bash
# crash_images.sh [IMAGES [SEED]]: the writes and syncs of a namenode under load are recorded, and namenodes started on
# what power loss may leave of its folder at random points; then with planted bugs, which have to be found.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v gcc > /dev/null || wrong "gcc is not there: nothing can be recorded"
gcc -shared -fPIC -O1 -o "$work/record_disk.so" "$clients/record_disk.c" -ldl
# The images, thousands of files that live for a moment, are made in memory where there is room.
[ ! -w /dev/shm ] || images=$(mktemp -d /dev/shm/rfs-images-XXXXXX)
cleanup() { [ -n "${failed:-}" ] && echo "kept ${images:-$work}, $work" >&2 || rm -rf "${images:-}"; }
node "$project/tools/testing/dist/images/main.js" "$work/record_disk.so" "$work" "${images:-$work}" "${1:-300}" "${2:-1}" ||
  { failed=1; KEEP=1; exit 1; }
