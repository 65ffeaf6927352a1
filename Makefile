# Needs Go, git and a C compiler (for the race detector); what else a target
# needs it fetches with "go run" at the version that stands here, or says so.
SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
GO          ?= go
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI    ?= github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
APIDIFF     ?= golang.org/x/exp/cmd/apidiff@v0.0.0-20261113113407-e3970619a1a4
FUZZTIME    ?= 10m
FUZZ        ?= .
BENCHTIME   ?= 1s
BENCHCOUNT  ?= 1
LOADTIME    ?= 10m
PLATFORMS   ?= linux/amd64 linux/arm64 darwin/arm64 windows/amd64
MODULES     := . examples

# Real servers and the browser that tests start when they are there. apache2-bin
# is Apache without the service that package apache2 sets up.
DEBIAN := nginx-light apache2-bin chromium

.PHONY: test help fmt vet tidy staticcheck race test-deps soak load timing mutate bench fuzz cover lint apidiff dist clean

test: fmt vet tidy staticcheck race

help:
	@echo "make test       gofmt, vet, tidy, staticcheck, tests with the race detector"
	@echo "make test-deps  install the programs that some tests start: $(DEBIAN)"
	@echo "make soak       the long forms of races and kills"
	@echo "make load       callbacks and alarms against 故障自愈: speed beside bare net/http, then memory for LOADTIME=$(LOADTIME)"
	@echo "make timing     whether the signature check tells by its time how much is right; wants a quiet machine"
	@echo "make mutate     breaks checks on purpose; tests must notice each (MUTATE='name…' for some)"
	@echo "make fuzz       every fuzz target for FUZZTIME=$(FUZZTIME) (FUZZ='pattern' for some)"
	@echo "make bench      speed beside the bare standard library (BENCHTIME=$(BENCHTIME) BENCHCOUNT=$(BENCHCOUNT))"
	@echo "make cover      coverage per package"
	@echo "make lint       golangci-lint, and the API beside that of the last tag"
	@echo "make dist       static binaries for PLATFORMS='$(PLATFORMS)'"

fmt:
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not gofmt:"; echo "$$out"; exit 1; }

vet tidy staticcheck race:
	@set -e; for m in $(MODULES); do echo "== $@ in $$m"; $(MAKE) --no-print-directory -C $$m -f $(CURDIR)/Makefile one-$@; done

.PHONY: one-vet one-tidy one-staticcheck one-race
one-vet:
	@$(GO) vet ./...
one-tidy:
	@$(GO) mod tidy -diff
one-staticcheck:
	@$(GO) run $(STATICCHECK) ./...
one-race:
	@$(GO) env CGO_ENABLED | grep -qx 1 || { echo "the race detector needs a C compiler: install gcc or clang, or set CGO_ENABLED=1"; exit 1; }
	@$(GO) test -race -timeout 20m ./...

# With CI=true a test whose server is missing fails instead of being skipped.
test-deps:
	@if command -v apt-get >/dev/null; then \
	  missing=$$(for p in $(DEBIAN); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	  test -z "$$missing" || { sudo=$$(test "$$(id -u)" = 0 || echo sudo); \
	    $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }; \
	else echo "no apt-get here: install $(DEBIAN) yourself, or the tests that need them are skipped"; fi

# The long forms of tests: hundreds of kills, thousands of races.
soak:
	@set -e; for m in $(MODULES); do (cd $$m && SOAK=1 $(GO) test -race -count=1 -timeout 90m -run 'Soak|Race|Kill' ./...); done

# Speeds, for 80 s, and then what the process holds under a steady load. LOADTIME
# is 24h at most, and the test ends by itself.
load:
	@LOADTIME=$(LOADTIME) $(GO) -C examples test -count=1 -timeout 25h -run '^TestLoad$$' -v ./selfhealing

# Welch's t over batched checks of wrong signatures, beside a control that must fail.
timing:
	@TIMING=1 $(GO) test -count=1 -timeout 10m -run Timing -v ./crypto | grep -E '^(---|    ---|ok|FAIL)|t\|'

# Each mutant is a check that is taken out, in an overlay: the tree stays as it is.
MUTATE ?=
mutate:
	@$(GO) run ./scripts/mutate $(MUTATE)

# Rows of ours beside their floors, then the ratios.
bench:
	@set -e; for m in $(MODULES); do (cd $$m && $(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) -count $(BENCHCOUNT) ./...); done | grep -E '^(Benchmark|goos:|goarch:|pkg:|cpu:)' | tee bench.out; \
	awk -f scripts/ratios.awk bench.out

# Every fuzz target for FUZZTIME; FUZZ=pattern for some of them.
fuzz:
	@rc=0; for m in $(MODULES); do (cd $$m && GO="$(GO)" FUZZTIME=$(FUZZTIME) FUZZ='$(FUZZ)' $(CURDIR)/scripts/fuzz.sh) || rc=1; done; exit $$rc

cover:
	@set -e; for m in $(MODULES); do (cd $$m && $(GO) test -cover ./... | grep -v 'no test files'); done

lint: apidiff
	@set -e; for m in $(MODULES); do (cd $$m && $(GO) run $(GOLANGCI) run ./...); done

# The exported API beside that of the last tag.
apidiff:
	@GO="$(GO)" APIDIFF=$(APIDIFF) scripts/apidiff.sh

# Static binaries of the example deployments, with checksums.
dist:
	@rm -rf dist && mkdir dist && set -e; for p in $(PLATFORMS); do os=$${p%/*}; arch=$${p#*/}; \
	  for app in itsm selfhealing; do out=dist/$$app-$$os-$$arch; test $$os != windows || out=$$out.exe; echo $$out; \
	    CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) -C examples build -trimpath -ldflags '-s -w' -o ../$$out ./$$app; done; done; \
	cd dist && sha256sum * > SHA256SUMS

clean:
	rm -rf dist bench.out
