package crash

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// killer is the state of the test.
type killer struct {
	rng      *rand.Rand
	variants []*variant
	orders   []*order
	count    int // kills that struck
	struck   map[string]int
	torn     map[string]int // what kills left that the next run had to clear
	tenths   [10]int        // of the run, when it was killed
}

// order is a command that is killed.
type order struct {
	name string
	args []string
	// prepare gives the command something to do.
	prepare func(v *variant, rng *rand.Rand) ([]string, error)
	code    int // how it ends undisturbed
	// takes is how long it is expected to run: from its start to there a kill
	// may come.
	takes time.Duration
}

func newKiller(t *testing.T) *killer {
	store := newStore(t)
	k := &killer{rng: rand.New(rand.NewPCG(*seed, 0)), struck: map[string]int{}, torn: map[string]int{}}
	for i := range 3 {
		k.variants = append(k.variants, newVariant(t, store, i))
	}
	build := &order{name: "build", args: []string{"build", "--json"}, prepare: (*variant).clear, takes: 500 * time.Millisecond}
	failing := &order{name: "failing build", args: []string{"build", "--keep-going", "buildout:parts=broken " + partNames}, code: 1, prepare: (*variant).clear, takes: 500 * time.Millisecond}
	gc := &order{name: "gc", args: []string{"gc"}, prepare: (*variant).unlink, takes: 60 * time.Millisecond}
	repair := &order{name: "repair", args: []string{"store", "repair"}, prepare: (*variant).damage, takes: 400 * time.Millisecond}
	k.orders = append(slices.Repeat([]*order{build}, 7), failing, gc, repair)
	return k
}

// note counts, and lets the range of moments follow what the machine is worth
// today.
func (k *killer) note(o *order, victim string, moment time.Duration, struck bool) {
	if !struck {
		o.takes = o.takes * 9 / 10
		return
	}
	k.tenths[10*moment/(o.takes+1)]++
	o.takes = o.takes * 51 / 50
	k.count++
	k.struck[o.name+", "+victim]++
}

// countTorn notes what the kill left: that shows where it struck.
func (k *killer) countTorn(store string) {
	for _, left := range unrecorded(store) {
		kind, _, _ := strings.Cut(left, ":")
		k.torn[kind]++
	}
	for _, name := range list(meta(store, "staging")) {
		for _, work := range list(meta(store, "staging", name)) {
			if kind, _, ok := strings.Cut(work, "-"); ok && !hexadecimal.MatchString(kind) {
				k.torn["in staging: "+kind]++
			} else {
				k.torn["in staging: a build, or the list of roots"]++
			}
		}
	}
}

var hexadecimal = regexp.MustCompile(`^[0-9a-f]+$`)

// report says what was struck.
func (k *killer) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d kills, in tenths of the run: %v\n", k.count, k.tenths)
	for _, counts := range []map[string]int{k.struck, k.torn} {
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&b, "%5d  %s\n", counts[name], name)
		}
	}
	return b.String()
}
