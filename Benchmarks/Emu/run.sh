#!/bin/sh
# Runs the benchmark programs on this machine and on QEMU, with and without -icount, and prints ratios of CPU time.
# Usage: Benchmarks/Emu/run.sh [program…]; needs the toolchain's clang, and qemu-system-riscv64 for the ratios.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tools=$(dirname "$(readlink -f "$(command -v swift)")")
emulator=${SHMCHECK:-$root/.build/release/shmcheck}
processor=rv64,h=false,v=false

# CPU seconds of a command, user and system, of it and its children.
seconds() {
    bash -c 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>"$0" </dev/null; } 2>&1' "$work/log" "$@" | awk '{ print $1 + $2 }'
}

# The middle one of numbers, one a line.
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.2f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# The host is noisy: rounds are interleaved, and a ratio is the median of the rounds' ratios.
rounds=${ROUNDS:-3}
printf '%-8s %14s %9s %9s %9s %9s %9s %9s\n' program instructions ours MIPS qemu icount 'to qemu' 'to icount'
for name in ${*:-mix sieve chase sort float switch}; do
    sources="$here/$name.S"
    [ -f "$sources" ] || sources="$here/start.S $here/$name.c"
    # shellcheck disable=SC2086
    "$tools/clang" --target=riscv64-unknown-elf -march=rv64gc -mabi=lp64d -mcmodel=medany -O2 -ffreestanding \
        -mno-relax -nostdlib -fuse-ld=lld -Wl,-T,"$here/link.ld" -o "$work/$name" $sources
    rm -f "$work"/*.times
    round=0
    while [ "$round" -lt "$rounds" ]; do
        round=$((round + 1))
        ours=$(seconds "$emulator" boot "$work/$name" --memory 64MiB --summary)
        count=$(sed -n 's/^retired \([0-9]*\).*/\1/p' "$work/log")
        echo "$ours" >>"$work/ours.times"
        command -v qemu-system-riscv64 >/dev/null || continue
        set -- -M virt -m 64 -bios none -nographic -cpu "$processor" -kernel "$work/$name"
        qemu=$(seconds timeout -s KILL 120 qemu-system-riscv64 "$@")
        icount=$(seconds timeout -s KILL 120 qemu-system-riscv64 -icount shift=0 "$@")
        echo "$qemu" >>"$work/qemu.times"
        echo "$icount" >>"$work/icount.times"
        echo "$qemu $ours" | awk '{ print $1 / $2 }' >>"$work/ratio.times"
        echo "$icount $ours" | awk '{ print $1 / $2 }' >>"$work/icount-ratio.times"
    done
    ours=$(median <"$work/ours.times")
    mips=$(echo "$count $ours" | awk '{ printf "%.0f", $1 / $2 / 1e6 }')
    if [ -f "$work/qemu.times" ]; then
        printf '%-8s %14s %9s %9s %9s %9s %9s %9s\n' "$name" "$count" "$ours" "$mips" "$(median <"$work/qemu.times")" \
            "$(median <"$work/icount.times")" "$(median <"$work/ratio.times")" "$(median <"$work/icount-ratio.times")"
    else
        printf '%-8s %14s %9s %9s %9s\n' "$name" "$count" "$ours" "$mips" 'no qemu'
    fi
done
