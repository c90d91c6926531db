#!/bin/sh
# Builds the guest: Guest/build.sh [--output DIR] [--fault ID]... [--set NAME=VALUE]...
#
#   --output DIR       where it is built; unless told, a folder of .build/guest that is named after the other arguments
#   --fault ID         applies Guest/Faults/ID.patch to a copy of the sources
#   --set NAME=VALUE   a size of Kernel/include/parameters.h, as REQUEST_SLOTS=3
#
# Nothing is built when nothing has changed since DIR was built with the same arguments.
#
# The result is DIR/kernel, an ELF file with symbols and DWARF, and DIR/user/NAME for each program; the programs are in
# the kernel too. Only the Swift toolchain is needed: its swiftc, clang and ld.lld.
set -eu

say() { printf 'guest: %s\n' "$*" >&2; }
give_up() { status=$1; shift; say "$@"; exit "$status"; }
usage() { sed -n 's/^# \{0,1\}//p' "$0" | sed -n '2,9p' >&2; exit 64; }

guest=$(CDPATH='' cd -P -- "$(dirname -- "$0")" && pwd -P)
output= faults= settings= sets=
while [ $# -gt 0 ]; do
    case $1 in
        --output | --fault | --set)
            [ $# -ge 2 ] || usage
            case $1 in
                --output) output=$2 ;;
                --fault)
                    [ -r "$guest/Faults/$2.patch" ] || give_up 64 "there is no fault $2"
                    faults="$faults $2" ;;
                --set)
                    name=${2%%=*} value=${2#*=}
                    grep -q "^#ifndef $name\$" "$guest/Kernel/include/parameters.h" || give_up 64 "there is no size $name"
                    case $value in
                        '' | *[!0-9]*) give_up 64 "$2: not a number" ;;
                    esac
                    settings="$settings $name=$value" sets="$sets --set $2" ;;
            esac
            shift 2 ;;
        *) usage ;;
    esac
done
variant=$(printf '%s%s' "${faults:-healthy}" "$settings" | sed 's/^ //; s/ /./g')
output=${output:-$guest/../.build/guest/$variant}
mkdir -p -- "$output/user" "$output/objects" || give_up 74 "cannot write to $output"
output=$(CDPATH='' cd -P -- "$output" && pwd -P)

# The tools of one toolchain: those beside the swiftc that is in PATH.
command -v swiftc >/dev/null || give_up 69 "there is no swiftc in PATH"
tools=$(dirname -- "$(readlink -f -- "$(command -v swiftc)")")
for tool in clang ld.lld llvm-objcopy; do
    [ -x "$tools/$tool" ] || give_up 69 "the Swift toolchain has no $tool"
done

# Two at once: the second waits, and finds it done.
if command -v flock >/dev/null; then
    exec 9>"$output/lock"
    flock 9
fi
cd -- "$guest"
patches=
for fault in $faults; do patches="$patches Faults/$fault.patch"; done
recipe="$tools |$faults |$settings"
if [ -x "$output/kernel" ] && [ "$(cat -- "$output/stamp" 2>/dev/null)" = "$recipe" ] \
    && [ -z "$(find Kernel User build.sh $patches -newer "$output/stamp")" ]; then
    exit 0
fi
say "building$faults$settings"
# Dated before anything is read: what is edited meanwhile counts as newer.
rm -f -- "$output/stamp"
printf '%s\n' "$recipe" >"$output/stamp.next"

objects=$output/objects
# A variant is built from a copy of the sources.
source=$guest
if [ -n "$faults$settings" ]; then
    source=$output/source
    rm -rf -- "$source"
    mkdir -p -- "$source"
    cp -R -- Kernel User "$source/"
fi
for setting in $settings; do
    name=${setting%%=*}
    sed "s/^#define $name .*/#define $name ${setting#*=}/" "$source/Kernel/include/parameters.h" >"$objects/parameters.h"
    mv -- "$objects/parameters.h" "$source/Kernel/include/parameters.h"
done
for fault in $faults; do
    command -v patch >/dev/null || give_up 69 "there is no patch, which Debian has in the package of that name"
    patch --quiet --strip=2 --fuzz=0 --directory="$source" --input="$guest/Faults/$fault.patch" >&2 \
        || give_up 70 "the patch of $fault does not apply"
done

target='--target=riscv64-unknown-elf -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax'
c_flags="$target -std=c11 -Os -g -ffreestanding -fno-builtin -ffunction-sections -fdata-sections -Wall -Wextra -Werror"

# Arguments: name of the object, folder of the sources, header, Swift files.
swift_object() {
    object=$1 folder=$2 header=$3
    shift 3
    "$tools/swiftc" -target riscv64-none-none-eabi -swift-version 6 -wmo -parse-as-library -Osize -g \
        -enable-experimental-feature Embedded -warnings-as-errors \
        -Xfrontend -function-sections -Xfrontend -disable-stack-protector \
        -Xcc -I"$folder/include" -Xcc -I"$source/Kernel/include" \
        -import-objc-header "$folder/include/$header" -module-name "$object" -c "$@" -o "$objects/$object.o"
}

# The sizes, and enums that no variable has, stay in the debug information: specs bind to them.
names="-fdebug-macro -fno-eliminate-unused-debug-types"

c_object() {
    "$tools/clang" $c_flags $names -I"$source/Kernel/include" -I"$source/User/include" -c "$1" -o "$objects/$2.o"
}

link() { "$tools/ld.lld" --gc-sections --no-relax -z noexecstack "$@"; }

programs='init sh echo kill halt shmem_test1 shmem_test2 crypto_cli crypto_srv primestart primecom primecalc usertests park'
kernel_objects='boot trampoline switch Kernel kernel_data memory'

compile_kernel() {
    swift_object Kernel "$source/Kernel" kernel.h "$source"/Kernel/*.swift
    c_object "$source/Kernel/memory.c" memory
    c_object "$source/Kernel/kernel.c" kernel_data
    for file in boot trampoline switch; do c_object "$source/Kernel/$file.S" "$file"; done
}

# All programs are compiled together, and each is linked with what its main function uses. The result is one object with
# their files, and the table by which the kernel finds them.
compile_programs() {
    swift_object User "$source/User" user.h "$source"/User/*/*.swift
    c_object "$source/User/user.c" user_data
    c_object "$source/User/calls.S" user_calls
    c_object "$source/Kernel/memory.c" user_memory
    table=$objects/programs.S
    count=0
    printf '# The table of programs, made by the build.\n' >"$table"
    for program in $programs; do
        layout=$source/User/user.ld
        [ ! -r "$source/User/$program.ld" ] || layout=$source/User/$program.ld
        link -T "$layout" --defsym=main="${program}_main" -o "$output/user/$program" \
            "$objects/user_calls.o" "$objects/User.o" "$objects/user_data.o" "$objects/user_memory.o"
        "$tools/llvm-objcopy" --strip-all "$output/user/$program" "$objects/$program.stripped"
        {
            printf '.section .programs, "a"\n.balign 16\n%s_start:\n.incbin "%s"\n%s_end:\n' \
                "$program" "$objects/$program.stripped" "$program"
            printf '%s_name: .string "%s"\n' "$program" "$program"
        } >>"$table"
        count=$((count + 1))
    done
    {
        printf '.section .rodata.programs, "a"\n.balign 8\n.global programs, program_count\nprograms:\n'
        for program in $programs; do printf '.quad %s_name, %s_start, %s_end\n' "$program" "$program" "$program"; done
        printf 'program_count: .word %s\n' "$count"
    } >>"$table"
    c_object "$table" programs
}

# A fault is in the kernel or in a program: the other half is that of the healthy build with the same sizes.
touches() { [ -z "$faults" ] || grep -q "^+++ b/Guest/$1" $patches; }
touches Kernel && kernel_is_new=true || kernel_is_new=false
touches 'User\|Kernel/include\|Kernel/memory.c' && programs_are_new=true || programs_are_new=false
if [ -n "$faults" ]; then
    "$guest/build.sh" $sets 9>&-
    healthy=$guest/../.build/guest/healthy$(printf '%s' "$settings" | sed 's/ /./g')
fi
if $programs_are_new; then
    compile_programs &
    job=$!
else
    cp -- "$healthy/user/"* "$output/user/"
    cp -- "$healthy/objects/programs.o" "$objects/"
    job=
fi
if $kernel_is_new; then
    compile_kernel
else
    for object in $kernel_objects; do cp -- "$healthy/objects/$object.o" "$objects/"; done
fi
[ -z "$job" ] || wait "$job"

link -T "$source/Kernel/kernel.ld" -o "$output/kernel" "$objects/boot.o" "$objects/trampoline.o" \
    "$objects/switch.o" "$objects/Kernel.o" "$objects/kernel_data.o" "$objects/memory.o" "$objects/programs.o"
mv -- "$output/stamp.next" "$output/stamp"
