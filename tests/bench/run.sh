#!/bin/bash
# The benchmarks of belljar, called by `make bench` after `make build`:
#   1. the start of one sandbox, beside bubblewrap with the same mounts
#      and what the system call policy and the observation cost
#   2. a second build with nothing changed
#   3. a build from a store that holds the toolchain alone, beside the same
#      commands in a plain bubblewrap root
#   4. the store and the scheduler: see store.sh
#   5. profiles: annotate of two of SlapOS's, beside Debian's zc.buildout, and of
#      synthetic ones, 1, 4 and 16 times 20,000 sections with 200,000 references
#
#   BENCH_PROFILE  what 2 and 3 build (default: profiles/examples/demo.cfg, about a
#                  minute each way; profiles/examples/lxml.cfg takes about ten)
#   BENCH_JOBS     jobs of both (default: the number of CPUs)
#   BENCH_DIR      where all is made (default: a new folder in /var/tmp, removed)
#   BENCH_SLAPOS   a checkout of https://github.com/SlapOS/slapos (default: a new one)
#   BENCH_ONLY     some of "start cost again plain many noop hash jobserver check audit profiles"
set -euo pipefail
cd "$(dirname "$0")/../.."

profile=$(realpath "${BENCH_PROFILE:-profiles/examples/demo.cfg}")
jobs=${BENCH_JOBS:-$(nproc)}
only=${BENCH_ONLY:-start cost again plain many noop hash jobserver check audit profiles}
belljar=$PWD/bin/belljar
dir=${BENCH_DIR:-}
if [ -z "$dir" ]; then
    dir=$(mktemp -d /var/tmp/belljar-bench.XXXXXX)
    trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
fi
mkdir -p "$dir/project" "$dir/cache"
chmod 755 "$dir"
export BELLJAR_STORE=$dir/store XDG_CACHE_HOME=$dir/cache
say() { printf '\n# %s\n' "$*"; }
wants() { case " $only " in *" $1 "*) ;; *) return 1 ;; esac }
have() { command -v "$1" >/dev/null; }

install_tools() {
    local missing=()
    have bwrap || missing+=(bubblewrap)
    have hyperfine || missing+=(hyperfine)
    have strace || missing+=(strace)
    have buildout || missing+=(python3-zc.buildout)
    have nix-build || missing+=(nix-bin)
    have busybox || missing+=(busybox-static)
    [ -x /usr/bin/time ] || missing+=(time)
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" = 0 ] && have apt-get; then
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y "${missing[@]}"; } >"$dir/apt.log" 2>&1 ||
            say "apt-get could not install ${missing[*]}: see $dir/apt.log"
    else
        say "not installed: ${missing[*]}; what needs them is left out (apt-get install ${missing[*]})"
    fi
}

# The toolchain alone, so that what follows measures no import of packages.
toolchain() {
    cat >"$dir/project/empty.cfg" <<END
[buildout]
parts = empty
[empty]
recipe = plone.recipe.command
command = mkdir -p @@LOCATION@@
END
    "$belljar" -q -c "$dir/project/empty.cfg" build >/dev/null
}

start() {
    # Built as belljar is: the program is what every sandbox executes again.
    CGO_ENABLED=1 go build -trimpath -tags 'netgo osusergo' \
        -ldflags '-linkmode external -extldflags -static -s -w' -o "$dir/start" ./tests/bench/start
    local base tools
    base=$(echo "$dir"/store/*-base-debian-11) tools=$(echo "$dir"/store/*-tools-debian-11)
    say "start of one sandbox, median of 50, wall; load $(cut -d' ' -f1 /proc/loadavg)"
    one_start "$(id -u)" "$base" "$tools"
    if [ "$(id -u)" = 0 ]; then
        one_start 65534 "$base" "$tools"
    fi
}

one_start() {
    local uid=$1 as=() place compare=true
    place=$(mktemp -d "$dir/start.XXXXXX")
    if [ "$uid" != "$(id -u)" ]; then
        chown "$uid:$uid" "$place"
        as=(setpriv --reuid "$uid" --regid "$uid" --clear-groups)
    fi
    chmod 755 "$place"
    have bwrap || compare=false
    "${as[@]}" "$dir/start" -base "$2" -tools "$3" -dir "$place" -bwrap=$compare
}

cost() {
    have bwrap || { say "no bubblewrap: the cost of the policy is left out"; return; }
    CGO_ENABLED=1 go build -trimpath -tags 'netgo osusergo' \
        -ldflags '-linkmode external -extldflags -static -s -w' -o "$dir/cost" ./tests/bench/cost
    cat >"$dir/project/dash.cfg" <<END
[buildout]
extends = $PWD/profiles/component/dash.cfg
parts = dash
END
    "$belljar" -q -c "$dir/project/dash.cfg" lock
    local sum source
    sum=$(grep -A4 'dash_' "$dir/project/belljar.lock" | grep -om1 '[0-9a-f]\{64\}')
    source=$(find "$dir/cache" -type f -name "$sum*" | head -1)
    [ -n "$source" ] || source=$(echo "${BELLJAR_DISTFILES:-/nonexistent}"/dash_*.orig.tar.gz)
    say "dash's configure && make: CPU, median of 5; load $(cut -d' ' -f1 /proc/loadavg)"
    mkdir -p "$dir/cost-runs"
    "$dir/cost" -base "$(echo "$dir"/store/*-base-debian-11)" -tools "$(echo "$dir"/store/*-tools-debian-11)" -source "$source" -dir "$dir/cost-runs"
}

build() { "$belljar" -q -j "$jobs" -c "$dir/project/profiles/$1" build --json; }

# The profile is copied with what it extends: links and locks are written
# beside it.
place_profile() {
    local root=$PWD/profiles
    case $profile in
    "$root"/*) cp -R profiles "$dir/project/" && name=${profile#"$root"/} ;;
    *) mkdir -p "$dir/project/profiles" && cp -R "$(dirname "$profile")"/. "$dir/project/profiles/" && name=$(basename "$profile") ;;
    esac
}

plain() {
    say "$name, -j$jobs: belljar, from a store that holds the toolchain; load $(cut -d' ' -f1 /proc/loadavg)"
    local TIMEFORMAT='wall %R s, CPU %U s user and %S s system' more
    "$belljar" -q -c "$dir/project/profiles/$name" lock
    { time build "$name" | tail -1 >"$dir/table.json"; } 2>&1
    tr '{' '\n' <"$dir/table.json" | sed -n 's/.*"part":"\([^"]*\)".*"seconds":\([0-9.]*\).*/\1 \2/p' |
        awk '{ printf "%-28s %8.1f s\n", $1, $2; sum += $2 } END { printf "%-28s %8.1f s\n", "sum of parts", sum }'
    have bwrap || { say "no bubblewrap: the same commands without belljar are left out"; return; }
    say "the same commands without belljar, part after part; load $(cut -d' ' -f1 /proc/loadavg)"
    rm -rf "$dir/plain" && mkdir "$dir/plain"
    IFS=: read -ra more <<<"${BELLJAR_DISTFILES:-}"
    go run ./tests/bench/plain -store "$dir/store" -dir "$dir/plain" -jobs "$jobs" "$dir/cache" "${more[@]}" | grep -v "^empty "
}

again() {
    build "$name" >/dev/null
    say "a second run of $name, nothing changed; load $(cut -d' ' -f1 /proc/loadavg)"
    local command="$belljar -q -c $dir/project/profiles/$name"
    if have hyperfine; then
        hyperfine -N --warmup 3 --runs 50 --export-json "$dir/again.json" "$command" >/dev/null 2>&1
        sed -n 's/^ *"median": \([0-9.]*\).*/\1/p' "$dir/again.json" | awk '{ printf "median of 50: %.1f ms\n", $1 * 1000 }'
    fi
    if have strace; then
        strace -f -qq -e trace=clone,clone3,unshare,setns,execve -o "$dir/again.strace" $command >/dev/null
        echo "system calls that make a namespace: $(grep -c 'CLONE_NEW\|unshare(\|setns(' "$dir/again.strace" || true)"
        echo "programs executed: $(grep -c execve "$dir/again.strace")"
    fi
}

# median NAME COMMAND...: a cold process, its files in the page cache.
median() {
    local name=$1
    shift
    if have hyperfine; then
        # Exit 2 is what --resolved says of a profile that needs a recipe to run Python.
        hyperfine -N -i --warmup 3 --runs 50 --export-json "$dir/median.json" "$*" >/dev/null 2>&1
        sed -n 's/^ *"median": \([0-9.]*\).*/\1/p' "$dir/median.json" | awk -v n="$name" '{ printf "%-60s %8.1f ms, median of 50\n", n, $1 * 1000 }'
    else
        /usr/bin/time -f "$name: %e s, one run" "$@" >/dev/null
    fi
}

profiles() {
    slapos
    local k
    say "synthetic profiles; load $(cut -d' ' -f1 /proc/loadavg)"
    for k in 1 4 16; do
        go run ./tests/bench/synthetic -sections $((20000 * k)) -dir "$dir/synthetic"
        (cd "$dir/synthetic" && {
            /usr/bin/time -f "$((20000 * k)) sections, $((200000 * k)) references, annotate --json: %e s wall, %U s user, %M KiB" \
                "$belljar" annotate -q --json >/dev/null
            [ "$k" = 16 ] && [ -z "${BENCH_ALL:-}" ] ||
                /usr/bin/time -f "the same --resolved: %e s wall, %U s user, %M KiB" "$belljar" annotate -q --json --resolved >/dev/null
        })
        rm -rf "$dir/synthetic"
    done
}

slapos() {
    local checkout=${BENCH_SLAPOS:-$dir/slapos} file rival
    if [ ! -d "$checkout" ] && ! git clone -q --depth 1 https://github.com/SlapOS/slapos "$checkout"; then
        say "no checkout of SlapOS: annotate of its profiles is left out (BENCH_SLAPOS names one)"
        return
    fi
    cd "$checkout"
    say "annotate of SlapOS's profiles; load $(cut -d' ' -f1 /proc/loadavg)"
    for file in stack/slapos.cfg software/erp5/software.cfg; do
        median "belljar annotate $file" "$belljar" annotate -q -U -c "$file"
        median "belljar annotate --json $file" "$belljar" annotate -q -U --json -c "$file"
        median "belljar annotate --json --resolved $file" "$belljar" annotate -q -U --json --resolved -c "$file" target-files=
    done
    # Debian's zc.buildout was written for a Python that had these names elsewhere.
    rival='import collections, collections.abc, sys
collections.MutableMapping = collections.abc.MutableMapping
from zc.buildout.buildout import main
main(sys.argv[1:])'
    for file in stack/slapos.cfg software/erp5/software.cfg; do
        if have buildout; then
            /usr/bin/time -f "zc.buildout $(dpkg-query -f '${Version}' -W python3-zc.buildout) annotate $file: %e s, one run" \
                timeout 300 /usr/bin/python3 -c "$rival" -U -c "$file" "buildout:directory=$dir/rival" annotate >/dev/null || echo "(ended after 300 s, or with an error)"
        fi
    done
    cd - >/dev/null
}

install_tools
if wants profiles; then profiles; fi
case $only in profiles) exit ;; esac
toolchain
place_profile
if wants start; then start; fi
if wants cost; then cost; fi
if wants plain; then plain; fi
if wants again; then again; fi
export dir belljar
for what in many noop hash jobserver check; do
    if wants "$what"; then tests/bench/store.sh "$what"; fi
done
if wants audit; then tests/bench/audit.sh static trace; fi
