# make build   bin/belljar
# make demo    build the example profile and print its table
# make test    every test, as this user and, when that is root, as an ordinary one too
# make man     man/*.1
# make install belljar, its manual pages and the shells' completions, under PREFIX
# make bench   measurements, beside rivals where they can be installed
# make oracle  how well the audit predicts what other machines let in (an hour; as root, on Debian)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
GO ?= go

# Static: the program is also what runs inside the sandbox, where nothing of
# the machine's libraries exists. (libcontainer needs the C compiler.)
STATIC := -trimpath -tags 'netgo osusergo' -ldflags '-linkmode external -extldflags -static -s -w'

PREFIX ?= /usr/local

.PHONY: build demo man install test lint bench oracle clean
build:
	@command -v $(GO) >/dev/null || { echo "Go is needed: https://go.dev/dl or apt-get install golang-go" >&2; exit 1; }
	CGO_ENABLED=1 $(GO) build $(STATIC) -o bin/belljar ./cmd/belljar

man:
	$(GO) run -tags man ./cmd/belljar man man

install: build man
	install -D -m 755 bin/belljar $(DESTDIR)$(PREFIX)/bin/belljar
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 man/*.1
	bin/belljar completion bash | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/belljar
	bin/belljar completion zsh | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_belljar
	bin/belljar completion fish | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/belljar.fish

demo: build
	bin/belljar -c profiles/examples/demo.cfg
	@echo; echo "Built for you, and it runs here:"
	bin/belljar run -c profiles/examples/demo.cfg libxslt -- xsltproc --version

lint:
	@files=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$files" ] || { echo "gofmt: $$files"; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags man ./cmd/belljar
	@! grep -rnE '\bt\.Skip' --include='*_test.go' . || { echo "tests are not skipped"; exit 1; }

test: build lint
	$(GO) test -count=1 -timeout 45m ./...
	$(GO) test -race -run 'Remote|Extends' ./engine/profile ./engine/project
	@if [ "$$(id -u)" = 0 ]; then GO='$(GO)' tests/as-user.sh; fi

bench: build
	tests/bench/run.sh

# ORACLE_DIR keeps the roots and builds for the next time.
ORACLE_DIR ?= /var/tmp/belljar-oracle
oracle: build
	$(GO) run ./tests/leaks/oracle -dir $(ORACLE_DIR)

clean:
	rm -rf bin man profiles/examples/{bin,parts,belljar.lock}
