#!/bin/bash
# What audits cost, called by run.sh, which sets the variables:
#   static  the seconds of the static audit of each part, beside those of its build
#   trace   the CPU time of a build that is observed, beside one that is not, in
#           turns (run.sh cost measures the same of dash's build alone)
set -euo pipefail
say() { printf '\n# %s; load %s\n' "$*" "$(cut -d' ' -f1 /proc/loadavg)"; }
work=$dir/audit-bench
mkdir -p "$work"
cp -R profiles "$work/"
name=${BENCH_AUDIT:-examples/demo.cfg}

static() {
    "$belljar" -q -c "$work/profiles/$name" build >/dev/null
    say "$name: the static audit of each part, beside its build"
    "$belljar" -q -c "$work/profiles/$name" audit --all --fail-on error --json >"$work/audit.json" || true
    grep -o '"part":"[^"]*","output":"[^"]*"[^}]*}[^}]*"seconds":[0-9.e-]*' "$work/audit.json" |
        sed 's/"part":"\([^"]*\)","output":"\([^"]*\)".*"seconds":/\1 \2 /' |
        while read -r part output seconds; do
            echo "$part $seconds $(sed -n 's/^ *"seconds": *\([0-9.]*\).*/\1/p' "$dir/store/.belljar/record/${output%%-*}.json" | head -1)"
        done |
        awk '{ printf "%-14s %8.3f s of %8.1f s: %5.2f %%\n", $1, $2, $3, 100 * $2 / $3; a += $2; b += $3 }
            END { printf "%-14s %8.3f s of %8.1f s: %5.2f %%\n", "all", a, b, 100 * a / b }'
}

# salted SALT: zlib and ncurses under names of their own, so that nothing is reused.
salted() {
    printf '[buildout]\nextends =\n  %s\n  %s\nparts = one two\n' "$work"/profiles/component/{zlib,ncurses}.cfg
    printf '[%s]\n<= %s\nenvironment =\n  SALT=%s\n' one zlib "$1" two ncurses "$1"
}

trace() {
    local round flag
    salted warm >"$work/trace.cfg"
    "$belljar" -q -c "$work/trace.cfg" lock
    say "zlib and ncurses, -j1, observed and not, three times in turn"
    for round in 1 2 3; do
        for flag in "" --observe; do
            salted "$round$RANDOM" >"$work/trace.cfg"
            /usr/bin/time -o "$work/time" -f '%U %S %e' "$belljar" -q -j1 -c "$work/trace.cfg" build $flag >/dev/null
            echo "${flag:-plain} $(cat "$work/time")"
        done
    done | awk '{ c[$1] = c[$1] " " $2 + $3; if (!($1 in best) || $2 + $3 < best[$1]) best[$1] = $2 + $3 }
        END { for (n in c) printf "%-10s CPU%s s\n", n, c[n]; printf "best with observation / best without: %.2f\n", best["--observe"] / best["plain"] }'
}

for what in "$@"; do "$what"; done
