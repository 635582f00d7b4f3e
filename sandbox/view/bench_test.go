package view

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// probeBench tells how many nanoseconds a call takes.
func probeBench() error {
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		return err
	}
	var st unix.Stat_t
	fd, err := unix.Open(".", unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	path, err := os.Getwd()
	if err != nil {
		return err
	}
	calls := map[string]func() error{
		"absolute": func() error { return unix.Lstat(path, &st) },
		"relative": func() error { return unix.Lstat("f", &st) },
		"fstat":    func() error { return unix.Fstat(fd, &st) },
		"list":     func() error { _, err := rawList(".", unix.SYS_GETDENTS64, 32<<10); return err },
	}
	call := calls[os.Args[1]]
	began := time.Now()
	for range n {
		if err := call(); err != nil {
			return err
		}
	}
	fmt.Println(time.Since(began).Nanoseconds() / int64(n))
	return nil
}

// A call that is altered, beside one that the filter lets through.
func BenchmarkCalls(b *testing.B) {
	for _, call := range []string{"absolute", "relative", "fstat", "list"} {
		for name, s := range map[string]*sandbox{
			"plain":   {files: Files{}},
			"altered": {files: Files{Order: OrderSorted, Inodes: InodesRising, Other: true}, clock: then()},
			"let go":  {files: Files{Order: OrderSorted, Inodes: InodesRising, Other: true}, only: true},
		} {
			s.dir = build(b, "")
			write(b, s.dir+"/f", "")
			b.Run(call+"/"+name, func(b *testing.B) {
				out := strings.TrimSpace(s.probe(b, "bench", call, strconv.Itoa(b.N)))
				ns, err := strconv.ParseFloat(out, 64)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(ns, "ns/call")
			})
		}
	}
}
