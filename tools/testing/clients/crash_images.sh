#!/usr/bin/env bash
# crash_images.sh [IMAGES [JOINS [SEED]]]: the writes and syncs of a namenode under load are recorded, and namenodes
# started on what power loss may leave of its folder at random points; then with planted bugs, which have to be found.
# And a namenode that fetches the state of another one is killed, or loses power, in the middle of it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v gcc > /dev/null || wrong "gcc is not there: nothing can be recorded"
gcc -shared -fPIC -O1 -o "$work/record_disk.so" "$clients/record_disk.c" -ldl
# The images, thousands of files that live for a moment, are made in memory where there is room.
[ ! -w /dev/shm ] || images=$(mktemp -d /dev/shm/rfs-images-XXXXXX)
cleanup() { [ -n "${failed:-}" ] && echo "kept ${images:-$work}, $work" >&2 || rm -rf "${images:-}"; }
run() { node "$@" || { failed=1; KEEP=1; exit 1; }; }
program=$project/tools/testing/dist/images/main.js
run "$program" power-loss "$work/record_disk.so" "$work" "${images:-$work}" "${1:-200}" "${3:-1}"
run "$program" joins "$work/record_disk.so" "$work" "${2:-10}" "${3:-1}"
