# Atalaya. `make` alone prints this help.

SHELL := /bin/bash
GO    ?= go
WASM  := GOOS=js GOARCH=wasm
NODE_EXEC := $(shell $(GO) env GOROOT)/lib/wasm/go_js_wasm_exec
# Arguments for `make run`, such as ARGS="--addr 127.0.0.1:9000".
ARGS  ?=

.DEFAULT_GOAL := help
.PHONY: help run build dist dist-twice client source licences check lint test test-long test-native test-race test-walks test-wasm test-browser tools fuzz bench bench-app screens matrix soak footprint clean

help: ## print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: build ## build, then serve http://127.0.0.1:8000 with its data in ./data
	@exec ./bin/atalaya $(ARGS)

build: client source ## one static binary, bin/atalaya, with the client inside
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w" -o bin/atalaya ./server

# Standard packages that go-app links and no browser needs are replaced by small
# stand-ins, which takes a third off the client: web/slim says how, and what to do
# when a later Go does not take them.
OVERLAY := bin/overlay.json
.PHONY: $(OVERLAY)
$(OVERLAY):
	@mkdir -p bin
	$(GO) run ./web/slim -o $@

# Without inlining (-l) the client is 7 % smaller on the wire, and without what web/shrink
# takes out of it 15 %; without a VCS stamp
# the same source gives the same client, and so the same version.
# DIST_TARGETS="linux/amd64 …" for fewer.
DIST_TARGETS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
comma := ,
empty :=
dist: client source ## what is released, in bin/dist: binaries, Debian packages, SBOM, checksums
	$(GO) run ./server/dist -o bin/dist -targets $(subst $(empty) ,$(comma),$(strip $(DIST_TARGETS)))

# Two clones of the commit in two folders, of which the second has a cache of its own.
dist-twice: ## prove that two builds of the commit are equal (20 minutes)
	@both=$$(mktemp -d) && trap 'chmod -R u+w "$$both" && rm -rf "$$both"' EXIT && \
	  git clone -q . "$$both/one" && git clone -q . "$$both/elsewhere" && \
	  $(MAKE) --no-print-directory -C "$$both/one" dist && \
	  GOCACHE="$$both/cache" $(MAKE) --no-print-directory -C "$$both/elsewhere" dist && \
	  diff -r "$$both/one/bin/dist" "$$both/elsewhere/bin/dist" && echo "both builds are equal"

client: $(OVERLAY) ## the WebAssembly client, compressed, in web/build
	$(WASM) $(GO) build -overlay $(OVERLAY) -trimpath -buildvcs=false -gcflags=all=-l -ldflags="-s -w -buildid=" -o bin/client.wasm ./app
	$(GO) run ./web/shrink -o web/build/app.wasm bin/client.wasm
	$(GO) run ./web/pack

source: ## the archive of the sources that the program hands out, in web/build
	$(GO) run ./web/source

check: lint ## lint, format, vet for both targets, modules tidy
	@unformatted=$$(gofmt -l app server shared web); if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(WASM) $(GO) vet ./app/... ./shared/... ./web/slim/std/...
	$(GO) mod tidy -diff
	$(GO) mod verify

licences: ## the list of what is inside, after a change of go.mod
	$(GO) run ./web/licences

# Built from its sources, which takes some minutes once, so that it is the same
# everywhere and go.mod does not carry its 200 modules.
LINT := bin/golangci-lint-v2.15.0
$(LINT):
	GOBIN=$(CURDIR)/bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	mv bin/golangci-lint $(LINT)

lint: $(LINT) ## golangci-lint with .golangci.yml, for both targets
	$(LINT) run ./...
	$(WASM) $(LINT) run ./app/... ./shared/... ./web/slim/std/...

# The tests are in two parts: make test is to take a quarter of an hour on two cores, and
# make test-long has what takes longer. CI runs both.
test: tools client ## the tests: native, js/wasm under Node, both databases, a real browser
	ATALAYA_REQUIRE_ALL=1 $(MAKE) --no-print-directory test-native test-wasm

test-long: tools client ## the rest of them: with -race what starts goroutines, and the long walks in a browser
	ATALAYA_REQUIRE_ALL=1 $(MAKE) --no-print-directory test-race test-walks

# A race detector makes a test five to ten times as slow, and finds nothing where
# no goroutine is started, as in package check and in the sums of the score, or where
# what a test looks at is in another process: a browser, or a program that is killed
# twenty times. The other tests of ./server run the same program with it, and attacks on
# each writer of streams and on each database: those on the other pairs of the two, which
# are the same attacks, run here. What compares times is here too. make test runs these
# behind all others, so that no other package's tests run beside them.
PLAIN_PACKAGES := ./server/internal/check
OTHER_WRITERS  := ^TestHostile$$/^(PostgreSQL_(nethttp|conn)|SQLite_epoll)$$
PLAIN_TESTS    := ^TestBrowser[A-Z]|^TestTwentyKills|$(OTHER_WRITERS)
PLAIN_TESTS    := $(PLAIN_TESTS)|^TestFaultSlowSubscribers|^TestFixesAreComputed|^TestMendingAnOutcome
PLAIN_TESTS    := $(PLAIN_TESTS)|^TestFirstSigns|^TestCancelIsHonouredInTheMidst|^TestCancelWaitsForNoLongList

# Those of them that take some 20 s and more beside each other: a walk through every
# screen, a day without a network, whatever may break in every way that it may. What
# watches an audit, falls back and returns is not among them, however long it takes.
LONG_TESTS     := ^TestTwentyKills|$(OTHER_WRITERS)
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(AnswersForTheServer|AuditsAStagingSite|AwaitsAReport|BehindProxies|BesideANewerProgram)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(BesideAnOlderProgram|ByKeyboard|Discards|EmptyReport|EndIsAScene|Firefox|FitsLongerWords)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(HoldsStill|InAPrivateWindow|InAPrivateWindowOfFirefox|InForcedColours)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(LampTellsTheConnection|LeadsToTheTeam|LeasesStreams|LeavesNoTrace|ListsByKeyboard)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(MarksWhereTheReaderIs|Matrix|NeverStandsStill|OfTheYear2021|OffersWhatCanBeDone)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(OfflineDay|OnADeviceWithoutRoom|OnAFullDevice|OnAWideScreen|OnBadNetworks|Pair)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(PairThrottled|PrintsTheReport|Push|PushSettings|ReadsASlashOffline)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(RecoversFromAKilledServer|ReferenceTriesTheAPI|Report|ReportScreens|Rests|Rows|Screens)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(ScreensOfSettings|Settings|Shares|SharesStreams|Sheet|ShowsEndedAuditsOffline)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(ShowsEveryPage|ShowsTheLastStateOffline|Sites|StartsSlowly|TakesOverInPlace)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(TellsItsStory|TellsOfANewVersion|TellsTimesInPlace|ToolsOfTheLivePage|Trail|WebKit)$$
LONG_TESTS     := $(LONG_TESTS)|^TestBrowser(Webhooks|WithoutMotion)$$

# A program under -race sleeps for a second before it ends, which is of use to those
# alone whose goroutines go on until then.
TEST := GORACE=atexit_sleep_ms=0 $(GO) test -timeout 60m

# SQLite is here a C program translated to Go, which locks and keeps its memory by
# itself: all that a race detector does there is to take four times as long.
RACE := -race $(addsuffix =-race=false,$(addprefix -gcflags=,modernc.org/sqlite/lib modernc.org/libc/... modernc.org/memory))

test-race: ## the tests that have to do with concurrency, with -race
	$(TEST) $(RACE) -skip '$(PLAIN_TESTS)' $$($(GO) list ./... | grep -vxF "$$($(GO) list $(PLAIN_PACKAGES))")

# What a test sees of a browser hangs on a dozen processes that share the machine with
# those of other tests. One that failed is run once more when the others are through: it
# is red if it fails again, or if more than three did, and it is always in what is printed.
AGAIN := bin/gotestsum-v1.13.0
$(AGAIN):
	GOBIN=$(CURDIR)/bin $(GO) install gotest.tools/gotestsum@v1.13.0
	mv bin/gotestsum $(AGAIN)

BROWSE := $(AGAIN) --format pkgname-and-test-fails --format-icons text --rerun-fails=1 \
  --rerun-fails-max-failures 3 --rerun-fails-run-root-test --packages ./server -- -timeout 60m

test-native: $(AGAIN) ## the native part of make test; what needs a missing program is skipped
	$(TEST) -skip '$(PLAIN_TESTS)' ./...
	$(BROWSE) -run '$(PLAIN_TESTS)' -skip '$(LONG_TESTS)'
	$(TEST) -run '$(PLAIN_TESTS)' ./server/internal/audit

test-walks: $(AGAIN)
	$(BROWSE) -run '$(LONG_TESTS)'

test-wasm: $(OVERLAY) ## the client's tests under Node: WebAssembly, with the stand-ins that the client has
	$(WASM) $(GO) test -overlay $(OVERLAY) -exec "$(NODE_EXEC)" ./shared/... ./app/...
	$(WASM) $(GO) test -exec "$(NODE_EXEC)" ./web/slim/std/...

test-browser: tools client ## the tests in a real browser alone
	ATALAYA_REQUIRE_ALL=1 $(GO) test -count 1 -run '^TestBrowser|^TestWorker' ./server ./web

tools: ## install what the tests need (PostgreSQL, Chromium, Node, axe …), or say what is missing
	@.ci/tools

fuzz: ## 30 s for every fuzz target
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime 30s $$pkg || exit 1; \
	  done; done

bench: ## what streams and audits take: Go benchmarks, then the load table (10 minutes), in artefacts/bench.txt
	@mkdir -p artefacts
	@set -o pipefail; { $(GO) test -run '^$$' -bench . -benchmem -count 6 ./server/internal/sse ./server/internal/stream ./app/internal/live && \
	  $(GO) test -run '^$$' -bench '^BenchmarkCost$$' -benchtime 10x -count 3 ./server/internal/check && \
	  $(GO) test -run '^$$' -bench '^BenchmarkList$$' -benchtime 5x ./server/internal/store && \
	  $(GO) test -run '^$$' -bench '^BenchmarkAudit$$' -benchtime 3x -count 3 -timeout 30m ./server && \
	  $(GO) run ./server/internal/load; } | tee artefacts/bench.txt

# make soak SOAK=10m for a shorter one.
SOAK ?= 1h
soak: ## whether a server stays as it is while streams come, meet trouble and go (1 hour), in artefacts/soak.txt
	@mkdir -p artefacts
	@set -o pipefail; $(GO) run ./server/internal/load -soak $(SOAK) | tee artefacts/soak.txt

# Without the race detector, which takes several times the memory.
footprint: client ## how large hostile sites make the server (6 minutes), in artefacts/footprint.txt
	@mkdir -p artefacts
	@set -o pipefail; ATALAYA_FOOTPRINT=1 $(GO) test -count 1 -timeout 60m -v -run '^TestFootprint$$' ./server | tee artefacts/footprint.txt

# Two servers in turn say more than two runs: make bench-app BEFORE=/path/to/another/atalaya
bench-app: build ## what the start and the idling of the app cost in a browser (7 minutes), in artefacts/bench-app.txt
	@mkdir -p artefacts
	@set -o pipefail; ATALAYA_BENCH_APP="$(abspath $(BEFORE) bin/atalaya)" ATALAYA_REQUIRE_ALL=1 \
	  $(GO) test -count 1 -v -run '^TestBenchApp$$' ./server | tee artefacts/bench-app.txt

screens: tools client ## pictures of every page in every state, language, theme and window, in artefacts/ (10 minutes)
	ATALAYA_SCREENS=1 ATALAYA_REQUIRE_ALL=1 $(GO) test -count 1 -timeout 30m -run '^TestBrowserScreens' ./server

# Within 20 minutes on two cores that have nothing else to do.
matrix: tools client ## which browser does what, measured: artefacts/matrix.md, and the table in the README (20 minutes)
	ATALAYA_MATRIX=1 $(GO) test -count 1 -timeout 60m -v -run '^TestBrowserMatrix$$' ./server

clean: ## remove what was built (not ./data)
	rm -rf bin artefacts
	find web/build -type f ! -name .keep -delete
