package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/project"
	"belljar.build/engine/step"
	"belljar.build/engine/vary"
	"belljar.build/sandbox"
)

func main() {
	sandbox.Main(step.Perform)
	ctx := context.Background()
	p, err := project.Open(ctx, project.Config{Profile: os.Args[1], Store: "/tmp/tr/store", Folders: []string{"/work/shared/distfiles"}})
	ck(err)
	g, err := p.Plan(ctx, os.Args[2:3])
	ck(err)
	s, err := p.OpenStore()
	ck(err)
	defer s.Close()
	res, err := p.Build(ctx, g, build.Options{Store: s})
	ck(err)
	n := g.Part(os.Args[2])
	fmt.Println("recorded", res[n].Record.Manifest)
	t, err := build.NewTrials(ctx, g, []*plan.Node{n}, build.Options{Store: s, Fetch: p.Fetch})
	ck(err)
	defer t.Close()
	for _, c := range []vary.Circumstances{{}, {Controlled: true}, {Controlled: true}, {Varied: vary.All()}, {Varied: vary.All(), Controlled: true}} {
		r, err := t.Build(ctx, n, c)
		ck(err)
		fmt.Println(c, r.Manifest, r.Seconds, r.Failure)
		out, _ := exec.Command("sh", "-c", "cat "+r.Log+"; find "+r.Dir+" -type f | head; head -c 3000 "+r.Dir+"/out").CombinedOutput()
		if len(os.Args) > 3 {
			fmt.Println(string(out))
		}
		ck(r.Discard())
	}
}
func ck(err error) {
	if err != nil {
		panic(err)
	}
}
