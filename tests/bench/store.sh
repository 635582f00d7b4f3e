#!/bin/bash
# Benchmarks of the store and the scheduler, called by run.sh, which sets the
# variables: tests/bench/store.sh many|noop|hash|jobserver|check...
#   many       60 trivial parts from a store that holds the toolchain alone,
#              beside Nix: as many trivial derivations, single-user, sandboxed
#   noop       a run over 500 parts that are all there; and its memory, and that
#              of building them
#   hash       the manifest of Go's own folder, beside nix-hash and continuity
#   jobserver  12 parts of C with -j2 under one jobserver, beside two parts with
#              two compilers each, and one part after the other with two
#   check      belljar check of three parts, beside two builds of each
set -euo pipefail
say() { printf '\n# %s; load %s\n' "$*" "$(cut -d' ' -f1 /proc/loadavg)"; }
have() { command -v "$1" >/dev/null; }
work=$dir/store-bench
mkdir -p "$work"
TIMEFORMAT='%R s wall, %U s user, %S s system'

# trivial COUNT SALT: a profile of so many parts that hang on nothing.
trivial() {
    echo '[buildout]'
    echo 'parts ='
    for i in $(seq "$1"); do echo "  p$i"; done
    for i in $(seq "$1"); do
        printf '[p%s]\nrecipe = plone.recipe.command\ncommand = echo %s%s >@@LOCATION@@/file\n' "$i" "$i" "$2"
    done
}

nix_setup() {
    export NIX_STORE_DIR=$work/nix/store NIX_STATE_DIR=$work/nix/var NIX_LOG_DIR=$work/nix/log NIX_CONF_DIR=$work NIX_REMOTE=
    printf 'sandbox = true\nbuild-users-group =\nmax-jobs = 2\nsubstitute = false\nsandbox-paths = /bin/sh=%s\n' "$(command -v busybox)" >"$work/nix.conf"
    cat >"$work/many.nix" <<'END'
{ salt }:
builtins.genList (i: derivation {
  name = "p${toString i}"; system = "x86_64-linux"; builder = "/bin/sh";
  args = [ "-c" "echo ${toString i}${salt} > $out" ];
}) 60
END
}

many() {
    local i nix=
    have nix-build && have busybox && nix=yes && nix_setup
    [ -n "$nix" ] || say "no nix-build or no static busybox (apt-get install nix-bin busybox-static): Nix is left out"
    say "60 trivial parts, five times in turn: seconds of each, by its own wall clock"
    for i in 1 2 3 4 5; do
        trivial 60 "$i$RANDOM" >"$work/many.cfg"
        { time "$belljar" -q -j2 -c "$work/many.cfg" build >/dev/null; } 2>&1 | sed 's/^/belljar: /'
        [ -z "$nix" ] || { time nix-build --no-out-link "$work/many.nix" --argstr salt "$i$RANDOM" >/dev/null 2>&1; } 2>&1 | sed 's/^/Nix:     /'
    done | tee "$work/many.txt"
    awk '{ t[$1] = t[$1] " " $2 } END { for (n in t) { k = split(t[n], v, " "); asort_(v, k); printf "%s median %.1f ms a part\n", n, 1000 * v[int((k + 1) / 2)] / 60 } }
        function asort_(v, k,  i, j, x) { for (i = 2; i <= k; i++) for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { x = v[j]; v[j] = v[j - 1]; v[j - 1] = x } }' "$work/many.txt"
}

noop() {
    trivial 500 x >"$work/noop.cfg"
    say "500 trivial parts, -j2"
    /usr/bin/time -f 'built in %e s, %M KiB at most' "$belljar" -q -j2 -c "$work/noop.cfg" build >/dev/null
    say "the same again, all there"
    /usr/bin/time -f '%e s, %M KiB' "$belljar" -q -c "$work/noop.cfg" build >/dev/null
    have hyperfine || return 0
    hyperfine -N --warmup 3 --runs 50 --export-json "$work/noop.json" "$belljar -q -c $work/noop.cfg build" >/dev/null 2>&1
    sed -n 's/^ *"\(median\|min\)": \([0-9.]*\).*/\1 \2/p' "$work/noop.json" | awk '{ printf "%s of 50: %.1f ms\n", $1, $2 * 1000 }'
}

hash() {
    local folder
    folder=$(go env GOROOT)
    go build -o "$work/hash" ./tests/bench/hash
    say "the manifest of $(find "$folder" | wc -l) files, $(du -sm "$folder" | cut -f1) MB, warm, best of 7"
    for _ in 1 2 3 4 5 6 7; do
        echo "belljar $("$work/hash" "$folder" | cut -d' ' -f2)"
        echo "belljar-1-worker $("$work/hash" -workers 1 "$folder" | cut -d' ' -f2)"
        echo "continuity $("$work/hash" -continuity "$folder" | cut -d' ' -f2)"
        have nix-hash && echo "nix-hash $({ TIMEFORMAT=%R; time nix-hash --type sha256 "$folder" >/dev/null; } 2>&1)"
    done | awk '{ if (!($1 in best) || $2 < best[$1]) best[$1] = $2 } END { for (n in best) printf "%-18s %.3f s%s\n", n, best[n], ("nix-hash" in best) ? sprintf(", %.2f of nix-hash", best[n] / best["nix-hash"]) : "" }' | sort
}

# real MAKEFLAGS SALT: zlib, bzip2 and libffi, four times each.
real() {
    printf '[buildout]\nextends =\n  %s\n  %s\n  %s\nparts = %s\n' "$PWD"/profiles/component/{zlib,bzip2,libffi}.cfg "$(echo {zlib,bzip2,libffi}-{1,2,3,4})"
    for name in zlib bzip2 libffi; do
        for i in 1 2 3 4; do
            printf '[%s-%s]\n<= %s\nenvironment =\n  SALT=%s-%s\n%s' "$name" "$i" "$name" "$2" "$i" "${1:+  MAKEFLAGS=$1
}"
        done
    done
}

jobserver() {
    real '' warm >"$work/real.cfg"
    "$belljar" -q -c "$work/real.cfg" lock
    for round in 1 2; do
        say "12 parts of C, round $round"
        real '' "$round$RANDOM" >"$work/real.cfg"
        { time "$belljar" -q -j2 -c "$work/real.cfg" build >/dev/null; } 2>&1 | sed 's/^/one jobserver, -j2:             /'
        real -j2 "$round$RANDOM" >"$work/real.cfg"
        { time "$belljar" -q -j2 -c "$work/real.cfg" build >/dev/null; } 2>&1 | sed 's/^/two parts, two compilers each:  /'
        real -j2 "$round$RANDOM" >"$work/real.cfg"
        { time for part in $(echo {zlib,bzip2,libffi}-{1,2,3,4}); do "$belljar" -q -j2 -c "$work/real.cfg" build "$part" >/dev/null; done; } 2>&1 | sed 's/^/one part, two compilers:        /'
    done
}

# A check beside two plain builds, which is what any proof costs.
check() {
    real '' warm >"$work/real.cfg"
    "$belljar" -q -c "$work/real.cfg" lock
    say "check of zlib, bzip2 and libffi, beside two builds of each"
    for part in zlib-1 bzip2-1 libffi-1; do
        for salt in a b; do
            real '' "$salt$RANDOM" >"$work/real.cfg"
            { time "$belljar" -q -j2 -c "$work/real.cfg" build "$part" >/dev/null; } 2>&1 | sed "s/^/$part, a build: /"
        done
        { time "$belljar" -q -j2 -c "$work/real.cfg" check "$part"; } 2>&1 | sed "s/^/$part, the check: /"
        { time "$belljar" -q -j2 -c "$work/real.cfg" check --no-vary cpus "$part"; } 2>&1 | sed "s/^/$part, with two CPUs: /"
    done
}

for what in "$@"; do "$what"; done
