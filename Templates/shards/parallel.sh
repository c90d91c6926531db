#!/usr/bin/env bash
# A run in shards with GNU parallel, on this machine or over ssh: Templates/shards/parallel.sh SHARDS [OPTION…] PATH…
#
#   Templates/shards/parallel.sh 8 Specs
#   PARALLEL="--sshlogin node1,node2 --workdir ." Templates/shards/parallel.sh 64 Specs      hosts that share this folder
#   OUT=nightly Templates/shards/parallel.sh 8 Specs                                         another folder than shmcheck-out
#
# A shard that finds something has an exit code of its own; the one that counts is that of the merge.
set -uo pipefail
[ $# -ge 2 ] || { sed -n '2,/^#$/s/^# \{0,1\}//p' "$0"; exit 64; }
shards=$1
shift
out=${OUT:-shmcheck-out}
shmcheck=${SHMCHECK:-shmcheck}

rm -f -- "$out"/shard-*-of-*.json
parallel --will-cite --line-buffer --quote "$shmcheck" ci "$@" --shard "{}/$shards" --out-dir "$out" --quiet \
    ::: $(seq "$shards") || true
exec "$shmcheck" merge "$out"/shard-*-of-*.json --out-dir "$out" \
    --report "json=$out/report.json" --report "html=$out/report.html" --report "junit=$out/report.xml"
