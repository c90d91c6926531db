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

printf '%-8s %14s %9s %9s %9s %9s %9s\n' program instructions ours MIPS qemu icount ratio
for name in ${*:-mix sieve chase sort float switch}; do
    sources="$here/$name.S"
    [ -f "$sources" ] || sources="$here/start.S $here/$name.c"
    # shellcheck disable=SC2086
    "$tools/clang" --target=riscv64-unknown-elf -march=rv64gc -mabi=lp64d -mcmodel=medany -O2 -ffreestanding \
        -mno-relax -nostdlib -fuse-ld=lld -Wl,-T,"$here/link.ld" -o "$work/$name" $sources
    ours=$(seconds "$emulator" boot "$work/$name" --memory 64MiB --summary)
    count=$(sed -n 's/^retired \([0-9]*\).*/\1/p' "$work/log")
    qemu=- icount=- ratio=-
    if command -v qemu-system-riscv64 >/dev/null; then
        set -- -M virt -m 64 -bios none -nographic -cpu "$processor" -kernel "$work/$name"
        qemu=$(seconds timeout -s KILL 120 qemu-system-riscv64 "$@")
        icount=$(seconds timeout -s KILL 120 qemu-system-riscv64 -icount shift=0 "$@")
        ratio=$(echo "$qemu $ours" | awk '{ printf "%.2f", $1 / $2 }')
    fi
    mips=$(echo "$count $ours" | awk '{ printf "%.0f", $1 / $2 / 1e6 }')
    printf '%-8s %14s %9s %9s %9s %9s %9s\n' "$name" "$count" "$ours" "$mips" "$qemu" "$icount" "$ratio"
done
