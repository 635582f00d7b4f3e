# What every attack in shell starts with (start.sh sources it): guard.h's words.
if [ "$(id -u)" != 1000 ] || [ "$(hostname)" != localhost ] || [ -z "$ESCAPE_CASE" ] || [ ! -d /build ] ||
	[ ! -x /tc/bin/sh ] || [ -e /home ] || [ -e /root ] || [ -e /sys ]; then
	echo "BROKEN: this is no sandbox, and the attack does not start"
	exit 77
fi

# refused WHAT COMMAND...: the command must fail.
refused() {
	what=$1
	shift
	if said=$("$@" 2>&1); then
		echo "ESCAPED: $what"
	else
		echo "held: $what ($(echo "$said" | tail -n 1 | sed 's/.*: //'))"
	fi
}

# works WHAT COMMAND...: the command must succeed.
works() {
	what=$1
	shift
	if said=$("$@" 2>&1); then echo "works: $what"; else echo "BROKEN: $what: $said"; fi
}

# same WHAT GOT WANT
same() {
	if [ "$2" = "$3" ]; then echo "held: $1"; else printf 'ESCAPED: %s: got %s, want %s\n' "$1" "$2" "$3"; fi
}
