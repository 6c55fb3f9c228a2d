# Linli: `make demo` shows it, `make test` proves it. Neither asks a question.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
LINLI := .build/release/linli

.PHONY: demo test soak build bench fuzz install clean format lint

demo: ## everything on loopback: a broker, a simulated community, the service, the console
	@packaging/prepare.sh demo
	@$(SWIFT) build -c release --product linli
	@exec $(LINLI) demo --config config

build:
	@packaging/prepare.sh build
	$(SWIFT) build -c release --product linli

# The end-to-end tests drive the executable of the same build; LINLI_EXECUTABLE names another one. They wait for processes on the few
# threads that all tests share, so they have a turn of their own: what others do with a limit of the wall clock would pass it
# without having had a thread. What only computes, and for long, has one, too; so have those that make many connections, whose time
# to be made is limited. A turn takes some minutes; one that hangs says where.
DRIVING := EndToEndTests\.
LONG := SimulationTests\.|OrderYearTests|SimulatedYearTests|PlantFloodTests|FloodTests|CorpusTests|NaiveOracle
CONNECTING := GatewayTests|ConnectionTests|aReportKnowsItsAddress
test:
	@packaging/prepare.sh test
	$(MAKE) --no-print-directory lint
	$(SWIFT) build --build-tests
	Tests/watched.sh 25 $(SWIFT) test --skip-build --skip '$(LONG)|$(CONNECTING)|$(DRIVING)'
	Tests/watched.sh 15 $(SWIFT) test --skip-build --filter '$(CONNECTING)'
	Tests/watched.sh 25 $(SWIFT) test --skip-build --filter '$(DRIVING)' --skip '$(LONG)|$(CONNECTING)'
	Tests/watched.sh 40 $(SWIFT) test --skip-build --filter '$(LONG)'
	Fuzz/all.sh 60 1 -runs=2000 -seed=1

# Many seeds of the simulation, then many kills of the real service; see docs/SIMULATION.md.
SEEDS ?= 10000
KILLS ?= 500
soak:
	@packaging/prepare.sh test
	$(SWIFT) build --build-tests
	LINLI_SEEDS=$(SEEDS) $(SWIFT) test --skip-build --filter 'SimulationTests\.SimulationTests'
	LINLI_KILLS=$(KILLS) $(SWIFT) test --skip-build --filter 'EndToEndTests\.(KillTests|HistoryKillTests|EscalationKillTests)'

lint:
	$(SWIFT) format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests Benchmarks Fuzz

format:
	$(SWIFT) format --in-place --recursive --configuration .swift-format Package.swift Sources Tests Benchmarks Fuzz

# Every parser, SECONDS each, coverage guided; see Fuzz/README.md.
SECONDS ?= 60
fuzz:
	@packaging/prepare.sh build
	Fuzz/all.sh $(SECONDS)

# `make bench RECORD=1` appends the run to docs/benchmarks.jsonl; BENCH="core replay --days 7" runs some of it, or longer.
bench:
	@packaging/prepare.sh test
	$(SWIFT) build -c release
	.build/release/linli-bench $(if $(filter-out 0,$(RECORD)),--record docs/benchmarks.jsonl --commit "$$(git describe --always --dirty)") $(BENCH)

install: build
	install -D -m 755 $(LINLI) $(DESTDIR)$(PREFIX)/bin/linli
	mkdir -p $(DESTDIR)$(PREFIX)/share/linli
	cp -R devices config $(DESTDIR)$(PREFIX)/share/linli/

clean:
	rm -rf .build
