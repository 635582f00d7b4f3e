# Compiles a case's programs with the sandbox's own compiler and starts the
# attack: attack.sh if there is one, else attack.c. The arguments are the output and,
# where a case has several parts, which of them this is.
set -eu
out=$1
export out ESCAPE_ROLE="${2:-}"
. ./guard.sh
for source in *.c; do
	[ -e "$source" ] || continue
	gcc -std=gnu11 -O1 -Wall -Werror -Wno-nonnull -Wno-unused-function -o "${source%.c}" "$source" -pthread -lrt -ldl
done
if [ -e attack.sh ]; then . ./attack.sh; else ./attack ${ESCAPE_ROLE:+"$ESCAPE_ROLE"}; fi
# What a case leaves in the output is its own business; an empty output is none.
[ -e "$out/done" ] || echo done >"$out/done"
