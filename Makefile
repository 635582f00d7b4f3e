# make build | demo | test | bench | lint
SHELL := /bin/bash
# Static: the program is also the sandbox's executor, where nothing of the
# machine's libraries exists. (cgo is libcontainer's.)
STATIC := -trimpath -tags 'netgo osusergo' -ldflags '-linkmode external -extldflags -static -s -w'

.PHONY: build
build:
	CGO_ENABLED=1 go build $(STATIC) -o bin/belljar ./cmd/belljar
