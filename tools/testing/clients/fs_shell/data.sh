#!/usr/bin/env bash
# Makes the local files that commands.txt speaks of: data.sh DATA SCRATCH
set -euo pipefail
data=$1; scratch=$2
mkdir -p "$data/sub" "$scratch"
seq 1 300 > "$data/f1"
chmod 600 "$data/f1"
echo plus > "$data/c+d"
echo umlaut > "$data/ü"
: > "$data/empty"
head -c 200000 /dev/zero > "$data/sub/bin"
echo in > "$data/sub/in"
gzip -nc "$data/f1" > "$data/f1.gz"
echo m > "$scratch/mf"
