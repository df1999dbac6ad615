#!/usr/bin/env bash
# Lists our C files, or only those with the endings that are named: c, h.
set -euo pipefail
cd "$(dirname "$0")/../.."

endings=${*:-c h}
for folder in base ring capture dissect sink pipeline cli bench examples tests; do
    [[ -d $folder ]] || continue
    for ending in $endings; do
        find "$folder" -type f -name "*.$ending"
    done
done | LC_ALL=C sort
