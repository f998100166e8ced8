#!/usr/bin/env bash
# venv.sh NAME REQUIREMENT... : a Python environment under ~/.cache/rfs-clients with the requirements, made once.
# Prints the path of its python. RFS_CLIENTS_CACHE names another folder.
set -euo pipefail
name=$1; shift
cache=${RFS_CLIENTS_CACHE:-$HOME/.cache/rfs-clients}
folder=$cache/$name
wanted="$*"
if [ "$(cat "$folder/requirements" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$folder"
  mkdir -p "$cache"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --no-input "$@" >&2
  echo "$wanted" > "$folder/requirements"
fi
echo "$folder/bin/python"
