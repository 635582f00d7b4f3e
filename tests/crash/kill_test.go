package crash

import (
	"bytes"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var (
	seed  = flag.Uint64("seed", 1, "of the moments and victims of the kills")
	kills = flag.Int("kills", 80, "how many times belljar is killed; 200 take 4 minutes of two CPUs")
)

// TestKills kills belljar, or one of the processes that it needs, at any moment
// of a build, a failing build, a garbage collection and a repair.
func TestKills(t *testing.T) {
	k := newKiller(t)
	t.Logf("-seed=%d", *seed)
	for n := 0; k.count < *kills; n++ {
		if n > 3**kills {
			t.Fatalf("only %d of %d runs could be killed", k.count, n)
		}
		o := k.orders[k.rng.IntN(len(k.orders))]
		if err := k.round(o); err != nil {
			t.Fatalf("round %d, %s after %d kills: %v", n, o.name, k.count, err)
		}
	}
	k.variants[0].must(t, "store", "verify")
	t.Log(k.report())
}

// round kills one run and looks at what is left, then lets belljar go on.
func (k *killer) round(o *order) error {
	v := k.variants[k.rng.IntN(len(k.variants))]
	extra, err := o.prepare(v, k.rng)
	if err != nil {
		return err
	}
	args := slices.Concat(o.args, extra)
	if err := k.kill(o, v, args); err != nil {
		return err
	}
	if err := dead(v.store); err != nil {
		return err
	}
	k.countTorn(v.store)
	if err := v.resume(o, args); err != nil {
		return err
	}
	return v.whole(v.want)
}

// resume gives the command again where a build does not do its work.
func (v *variant) resume(o *order, args []string) error {
	switch o.name {
	case "gc": // what it had half deleted, no build may ever want
	case "repair":
		// All of the store: an output may count as never built now, and cannot
		// be named. Before any build, which would take a damaged input for good.
		args = o.args
	default:
		return nil
	}
	if out, err := v.belljar(args...).CombinedOutput(); err != nil {
		return fmt.Errorf("belljar %v again: %w\n%s", args, err, out)
	}
	return nil
}

// kill starts a run, kills at a random moment, and wants those who live on to
// say what happened.
func (k *killer) kill(o *order, v *variant, args []string) error {
	victim := victims[k.rng.IntN(len(victims))]
	if o.name == "gc" && victim != "all" {
		victim = "belljar" // there is nobody else
	}
	moment := time.Duration(k.rng.Float64() * float64(o.takes))
	cmd := v.belljar(args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.WaitDelay = patience // or it would wait for what leaks, which holds its output open
	if err := cmd.Start(); err != nil {
		return err
	}
	pid := cmd.Process.Pid
	started.Store(pid, true)
	defer started.Delete(pid)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	err, struck := k.strike(victim, pid, moment, ended)
	if victim == "belljar" || victim == "all" { // it may have ended just before
		struck = cmd.ProcessState.ExitCode() < 0
	}
	k.note(o, victim, moment, struck)
	if cmd.ProcessState.ExitCode() < 0 {
		return nil
	}
	return k.survived(o, v, struck, err, out.Bytes(), said.Bytes())
}

// strike waits for the moment, and for the victim to be there, and kills it. It
// gives how the run ended, and whether there was anybody left to kill.
func (k *killer) strike(victim string, pid int, moment time.Duration, ended chan error) (error, bool) {
	timer := time.NewTimer(moment)
	defer timer.Stop()
	for {
		select {
		case err := <-ended:
			return err, false
		case <-timer.C:
		}
		struck := false
		for _, target := range look().find(victim, pid, k.rng) {
			struck = unix.Kill(target, unix.SIGKILL) == nil || struck
		}
		if struck {
			return <-ended, true
		}
		timer.Reset(3 * time.Millisecond)
	}
}

// survived judges a belljar that was robbed of a process, or not even that. It
// has built everything, or says what happened.
func (k *killer) survived(o *order, v *variant, robbed bool, err error, out, said []byte) error {
	code := exitCode(err)
	complaint := regexp.MustCompile(`(?m)^belljar: error: |^buildout.cfg:\d+: part \S+ failed in `).Match(said)
	switch {
	case code == 0 && o.name == "build":
		rows, err := table(out)
		if err == nil && !slices.Equal(rows, v.want) {
			err = fmt.Errorf("the table is\n%v\nwant\n%v", rows, v.want)
		}
		return err
	case code == o.code, robbed && code == 1 && complaint:
		return nil
	}
	return fmt.Errorf("robbed of a process: %v: exit code %d, want %d\n%s", robbed, code, o.code, said)
}
