package trace_test

import (
	"slices"
	"strings"
	"testing"

	"belljar.build/sandbox/observe"
)

// TestUnread is D08.
func TestUnread(t *testing.T) {
	for _, c := range []struct {
		name string
		act  func(b *build, p int)
		read bool
	}{
		{"nothing", func(*build, int) {}, false},
		{"stat", func(b *build, p int) { b.found(p, observe.Stat, store+openssl+"/lib/libssl.so") }, false},
		{"realpath", func(b *build, p int) { b.found(p, observe.Link, store+openssl+"/lib") }, false},
		{"a miss", func(b *build, p int) { b.missed(p, observe.Open, store+openssl+"/lib/libz.so") }, false},
		{"belljar itself", func(b *build, _ int) { b.found(0, observe.Open, store+openssl+"/lib/libssl.so") }, false},
		{"open", func(b *build, p int) { b.found(p, observe.Open, store+openssl+"/lib/libssl.so") }, true},
		{"by way of ..", func(b *build, p int) { b.found(p, observe.Open, store+zlib+"/../"+openssl+"/lib/libssl.so") }, true},
		{"list", func(b *build, p int) { b.found(p, observe.List, store+openssl+"/lib") }, true},
		{"a program", func(b *build, p int) { b.start(p, store+openssl+"/bin/openssl", "openssl") }, true},
		{"an interpreter", func(b *build, p int) {
			b.found(b.start(p, "/build/script", "script"), observe.Open, store+openssl+"/bin/perl")
		}, true},
	} {
		b := newBuild(t)
		b.subject.Inputs = slices.Clone(b.subject.Inputs)
		b.subject.Inputs[2].Declared = true
		c.act(b, b.start(0, "/tc/bin/cat", "cat"))
		r := b.audit()
		if found := slices.Contains(told(r), "D08 warning openssl"); found == c.read || slices.Contains(r.Unread, openssl) == c.read {
			t.Errorf("%s: %v, unread %v", c.name, told(r), r.Unread)
		}
	}
}

// TestTruncated: a gap proves nothing.
func TestTruncated(t *testing.T) {
	b := newBuild(t)
	b.subject.Inputs = slices.Clone(b.subject.Inputs)
	b.subject.Inputs[2].Declared = true
	b.write(observe.Record{Truncated: true})
	r := b.expect()
	if r.Unread != nil || !r.Truncated {
		t.Errorf("%+v", r)
	}
}

// TestIndirect is D09, and what of it came by right.
func TestIndirect(t *testing.T) {
	in := store + openssl
	for _, c := range []struct {
		name  string
		act   func(b *build)
		found bool
	}{
		{"header", func(b *build) {
			b.found(b.gcc(0, "cc1", []string{"x.c"}, "-c", "x.c"), observe.Open, in+"/include/openssl/ssl.h")
		}, true},
		{"library that was asked for", func(b *build) {
			b.found(b.gcc(0, "ld", []string{"-lssl"}, "x.o", "-lssl"), observe.Open, in+"/lib/libssl.so")
		}, true},
		{"library by its path", func(b *build) {
			b.found(b.gcc(0, "ld", []string{in + "/lib/libssl.so.3"}, "x.o"), observe.Open, in+"/lib/libssl.so.3")
		}, true},
		{"library in an argument file", func(b *build) {
			b.found(b.gcc(0, "ld", []string{"@/tmp/args"}, "x.o"), observe.Open, in+"/lib/libssl.so")
		}, true},
		{"library that a library needs", func(b *build) {
			b.found(b.gcc(0, "ld", []string{"-lxml2"}, "x.o", "-lxml2"), observe.Open, in+"/lib/libssl.so.3", in+"/lib/libcrypto.so")
		}, false},
		{"library that a program runs with", func(b *build) {
			b.found(b.start(0, store+libxml2+"/bin/xmllint", "xmllint"), observe.Open, in+"/lib/libssl.so.3", in+"/lib/engines/x.so")
		}, false},
		{"pkg-config", func(b *build) {
			b.found(b.start(0, "/tc/bin/pkg-config", "pkg-config", "libxml-2.0"), observe.Open, in+"/lib/pkgconfig/openssl.pc", store+libxml2+"/lib/pkgconfig/libxml-2.0.pc")
		}, true},
		{"program", func(b *build) { b.start(b.start(0, "/tc/bin/sh", "sh"), in+"/bin/openssl", "openssl") }, true},
		{"program that a part's program starts", func(b *build) {
			b.start(b.start(0, store+libxml2+"/bin/xml2-config", "xml2-config"), in+"/bin/openssl", "openssl")
		}, false},
		{"question", func(b *build) {
			b.found(b.start(0, "/tc/bin/sh", "sh"), observe.Stat, in+"/include/openssl/ssl.h")
		}, false},
	} {
		b := newBuild(t)
		c.act(b)
		r := b.audit()
		if found := slices.Contains(told(r), "D09 warning openssl"); found != c.found || len(r.Findings) > 1 {
			t.Errorf("%s: %v", c.name, told(r))
		}
		for _, f := range r.Findings {
			if !strings.Contains(f.Message, "because of libxml2") || !strings.Contains(f.Evidence[0].Text, "openssl-3.0/") {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
	}
}
