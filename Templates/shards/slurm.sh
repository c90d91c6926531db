#!/usr/bin/env bash
# A run in shards under Slurm, a job array and a job that merges: Templates/shards/slurm.sh SHARDS [OPTION…] PATH…
#
#   Templates/shards/slurm.sh 64 Specs
#   SBATCH_PARTITION=short SBATCH_TIMELIMIT=60 Templates/shards/slurm.sh 64 Specs --require exhaustive
#   OUT=nightly Templates/shards/slurm.sh 64 Specs                                           another folder than shmcheck-out
#
# All nodes see this folder. It prints the number of the merging job, whose exit code is that of the run, and whose output
# is in $OUT/merge.txt; each task takes the processors of its node that SBATCH_… gives it.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,/^#$/s/^# \{0,1\}//p' "$0"; exit 64; }
shards=$1
shift
out=${OUT:-shmcheck-out}
shmcheck=${SHMCHECK:-shmcheck}

mkdir -p "$out"
rm -f -- "$out"/shard-*-of-*.json
words() { printf '%q ' "$@"; }
array=$(
    sbatch --parsable --job-name shmcheck --array "1-$shards" --output "$out/shard-%a.txt" \
        --wrap "$(words "$shmcheck" ci "$@" --out-dir "$out") --shard \$SLURM_ARRAY_TASK_ID/\$SLURM_ARRAY_TASK_COUNT"
)
# `afterany`: a task that is killed is a shard that is missing, and the merge says so by name.
exec sbatch --parsable --job-name shmcheck-merge --dependency "afterany:$array" --output "$out/merge.txt" \
    --wrap "$(words "$shmcheck" merge --out-dir "$out" \
        --report "json=$out/report.json" --report "html=$out/report.html" --report "junit=$out/report.xml") \
        $(printf %q "$out")/shard-*-of-*.json"
