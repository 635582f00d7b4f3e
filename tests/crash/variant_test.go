package crash

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// partNames are the parts of the profile that is killed.
const partNames = "a b c d e f g h"

// tiny is the profile: every variant has other keys and other outputs.
const tiny = `[buildout]
parts = ` + partNames + `
[tiny]
recipe = plone.recipe.command
variant = @VARIANT@
[a]
<= tiny
command = echo a ${:variant} >@@LOCATION@@/x
[b]
<= tiny
command = cp ${a:location}/x @@LOCATION@@/; echo ${:variant} >@@LOCATION@@/y
[c]
<= tiny
command =
  for i in 0 1 2 3 4 5 6 7 8 9; do
    mkdir @@LOCATION@@/$i
    for j in 0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j; do
      echo $i $j ${:variant} >@@LOCATION@@/$i/$j
    done
  done
[d]
<= tiny
command = cp -r ${c:location}/1 @@LOCATION@@/; echo ${b:location} >@@LOCATION@@/z
[e]
<= tiny
command = echo ${d:location} ${:variant} >@@LOCATION@@/x
[f]
<= tiny
command = echo f ${:variant} >@@LOCATION@@/x
[g]
<= tiny
command = cat ${f:location}/x ${a:location}/x >@@LOCATION@@/x
[h]
<= tiny
command = echo h ${:variant} >@@LOCATION@@/x
[broken]
<= tiny
command = echo half >@@LOCATION@@/x; exit 7
`

// variant is a project, and the table of its undisturbed build.
type variant struct {
	project
	want []row
}

func newVariant(t *testing.T, store string, n int) *variant {
	t.Helper()
	name := string(rune('0' + n))
	v := &variant{project: project{dir: filepath.Join(filepath.Dir(store), name), store: store}}
	if err := v.write(strings.ReplaceAll(tiny, "@VARIANT@", name)); err != nil {
		t.Fatal(err)
	}
	var err error
	if v.want, err = v.build(); err != nil {
		t.Fatal(err)
	}
	if len(v.want) != 8 {
		t.Fatalf("the table is %v", v.want)
	}
	return v
}

// some picks outputs.
func (v *variant) some(rng *rand.Rand, n int) []row {
	var rows []row
	for _, i := range rng.Perm(len(v.want))[:n] {
		rows = append(rows, v.want[i])
	}
	return rows
}

// clear takes outputs out of the store, so that they are built again.
func (v *variant) clear(rng *rand.Rand) ([]string, error) {
	var errs []error
	for _, r := range v.some(rng, 1+rng.IntN(2)) {
		errs = append(errs,
			os.Remove(meta(v.store, "record", r.base()[:32]+".json")),
			os.RemoveAll(filepath.Join(v.store, r.base())))
	}
	return nil, errors.Join(errs...)
}

// unlink makes outputs garbage: no root leads to them any more.
func (v *variant) unlink(rng *rand.Rand) ([]string, error) {
	var errs []error
	for _, r := range v.some(rng, 3) {
		errs = append(errs, os.Remove(filepath.Join(v.dir, "parts", r.Part)))
	}
	return nil, errors.Join(errs...)
}

// damage spoils two outputs, and names them.
func (v *variant) damage(rng *rand.Rand) (names []string, _ error) {
	var errs []error
	for _, r := range v.some(rng, 2) {
		names = append(names, r.base())
		short, tree := r.base()[:32], filepath.Join(v.store, r.base())
		switch rng.IntN(4) {
		case 0:
			errs = append(errs, os.WriteFile(filepath.Join(tree, "x"), []byte("spoilt"), 0o644))
		case 1:
			errs = append(errs, os.RemoveAll(tree))
		case 2:
			errs = append(errs, ignoreAbsent(os.Remove(meta(v.store, "manifest", r.Manifest))))
		case 3:
			errs = append(errs, os.Remove(meta(v.store, "action", short+".json")))
		}
	}
	return names, errors.Join(errs...)
}

// ignoreAbsent is for manifests, which outputs may share.
func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
