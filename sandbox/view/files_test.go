package view

import (
	"testing"
)

var probes = map[string]func() error{}

func TestSmoke(t *testing.T) {
	s := &sandbox{dir: build(t, ""), files: Files{Order: OrderShuffled, Inodes: InodesRising, Other: true}}
	t.Log(s.run(t, "sh", "-c", `mkdir a b c d e; touch a/x; ls -Uai; stat . a a/x; stat -f .; ls -U /; rm -r a b c d e; ls -a; id; ls -ld /proc /proc/self/fd`))
}
