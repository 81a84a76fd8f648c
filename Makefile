# Two commands do everything on a fresh Debian or Ubuntu machine that has Rust on it:
#   make demo   builds the release program and runs it over the captures in pcaps/
#   make test   format, lints, and every test
# Both install the system packages they need, quietly, and only those that are missing.

CARGO ?= cargo
PROGRAM := target/release/tlstally

# What build and tests need: a C compiler for zstd's library and SQLite, libpcap.
BUILD_PACKAGES := gcc libc6-dev libpcap-dev
# Only where everything is expected to run: tests that need these say so when they skip.
CI_PACKAGES := tshark tcpdump tcpreplay iproute2 procps openssl curl python3 libcap2-bin systemd logrotate valgrind \
	chromium chromium-driver poppler-utils prometheus postfix
# The Rust that lints are kept clean with, here and in CI.
LINTS_RUST := 1.95

.PHONY: fuzz fuzz-smoke slow-inputs deny demo build test lint deps-build deps-test clean help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: build ## Build, and read the captures in pcaps/
	@$(PROGRAM) read pcaps

build: deps-build ## Build the release program
	@$(CARGO) build --release --quiet --bin tlstally

# Each Rust has lints of its own: those of another one than ours are shown and refuse nothing, outside of CI.
test: deps-test ## Check format and lints, run every test
	@$(MAKE) --no-print-directory lint || { [ -z "$(CI)" ] && ! $(CARGO) --version | grep -q '^cargo $(LINTS_RUST)\.' && \
		echo "note: lints are kept clean with Rust $(LINTS_RUST); this is $$($(CARGO) --version), and its own do not count" >&2; }
	@$(CARGO) test --quiet --all-targets
	@$(CARGO) test --quiet --doc

# The fuzz targets need nightly to be run, not to be looked at; the library they are linked with is not built for that. With --locked what is
# in the lock files is what is checked.
lint: deps-test ## Check format, lints and the documentation in the code; refuse every warning
	@$(CARGO) fmt --check
	@$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	@$(CARGO) clippy --locked --quiet --all-targets -- -D warnings
	@CUSTOM_LIBFUZZER_PATH=/nowhere/libFuzzer.a $(CARGO) clippy --locked --quiet --manifest-path fuzz/Cargo.toml --target-dir target --bins -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --quiet --no-deps --lib --document-private-items

FUZZ_SECONDS ?= 30
# No AddressSanitizer: it finds what `unsafe` code does, of which the targets reach none of ours, and does not see into C libraries that
# are built without it. Overflow checks and debug assertions are on.
FUZZ_BUILD := --release --debug-assertions --sanitizer none
FUZZ_TARGETS := $(notdir $(basename $(wildcard fuzz/fuzz_targets/*.rs)))
# Work or memory that grows faster than the input shows only in long ones: a segment or datagram is up to 64 KiB, more with offloading.
FUZZ_LONG := capture_file dialogue fragments names tls_stream whole_read
FUZZ_LENGTH := 131072
FUZZ_TIMEOUT ?= 2

fuzz: deps-test ## Run each fuzz target for FUZZ_SECONDS (30), within 512 MB and FUZZ_TIMEOUT (2) seconds an input; needs nightly
	@command -v cargo-fuzz >/dev/null || $(CARGO) install --quiet cargo-fuzz
	@tools/fuzz-seeds.py
	@set -e; for target in $(FUZZ_TARGETS); do echo "fuzz: $$target"; \
	  case " $(FUZZ_LONG) " in *" $$target "*) long=-max_len=$(FUZZ_LENGTH);; *) long=;; esac; \
	  $(CARGO) +nightly fuzz run $(FUZZ_BUILD) $$target -- $(FUZZ_FLAGS) $$long -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=512 -timeout=$(FUZZ_TIMEOUT) -verbosity=0; done

# Always the same inputs, and time for them on a busy machine: a change is not refused for what chance finds.
fuzz-smoke: ## The same for 5 seconds each from one seed, where nightly and cargo-fuzz are there; says so where they are not
	@if command -v cargo-fuzz >/dev/null && $(CARGO) +nightly --version >/dev/null 2>&1; \
	  then $(MAKE) --no-print-directory fuzz FUZZ_SECONDS=5 FUZZ_TIMEOUT=10 FUZZ_FLAGS=-seed=1; \
	  else echo "SKIPPED: fuzzing needs the nightly toolchain and cargo-fuzz"; fi

slow-inputs: build ## Read 8,000 hostile inputs, and show which of them take longest
	@tools/slow-inputs.py

# All checks, or those that are named.
DENY_CHECKS ?=

deny: ## Check licences, advisories and sources of the dependencies; needs cargo-deny
	@command -v cargo-deny >/dev/null || $(CARGO) install --quiet --locked cargo-deny
	@$(CARGO) deny --all-features check $(DENY_CHECKS)

deps-build:
	@tools/packages.sh $(BUILD_PACKAGES)

deps-test:
	@tools/packages.sh $(BUILD_PACKAGES) $(if $(CI),$(CI_PACKAGES))
	@[ -z "$(CI)" ] || command -v npm >/dev/null || tools/packages.sh npm
	@[ -z "$(CI)" ] || npm ci --silent --ignore-scripts --no-audit --no-fund --prefix tests/browser

# What a package or an administrator installs; DESTDIR for a packager's own root.
DESTDIR ?=
PREFIX ?= /usr/local
DESCRIBED := target/describe
INSTALL := install -D -m 0644

.PHONY: describe install deb

describe: deps-build ## Write manual pages, shell completions and the licences of the libraries to target/describe
	@$(CARGO) run --quiet --release --example describe -- $(DESCRIBED)
	@$(CARGO) run --quiet --release --example licenses -- $(DESCRIBED)/licenses

install: build describe ## Install program, manual pages, completions, licences and service below DESTDIR and PREFIX (/usr/local)
	@install -D -m 0755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/tlstally
	@for page in $(DESCRIBED)/man/*.1; do $(INSTALL) $$page $(DESTDIR)$(PREFIX)/share/man/man1/$$(basename $$page); done
	@$(INSTALL) $(DESCRIBED)/completions/tlstally.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tlstally
	@$(INSTALL) $(DESCRIBED)/completions/_tlstally $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tlstally
	@$(INSTALL) $(DESCRIBED)/completions/tlstally.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tlstally.fish
	@for text in LICENSE $(DESCRIBED)/licenses/*; do $(INSTALL) $$text $(DESTDIR)$(PREFIX)/share/doc/tlstally/$$(basename $$text); done
	@$(INSTALL) deploy/systemd/tlstally@.service $(DESTDIR)$(PREFIX)/lib/systemd/system/tlstally@.service
	@sed -i 's|/usr/bin/tlstally|$(PREFIX)/bin/tlstally|' $(DESTDIR)$(PREFIX)/lib/systemd/system/tlstally@.service
	@$(INSTALL) deploy/sysusers.d/tlstally.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/tlstally.conf

deb: ## Build a Debian package into target/, with dpkg-deb
	@rm -rf target/deb && $(MAKE) --no-print-directory install DESTDIR=target/deb PREFIX=/usr
	@deploy/debian/control.sh target/deb
	@dpkg-deb --root-owner-group --build target/deb target/ | tail -n 1

clean: ## Remove what was built
	@$(CARGO) clean

# Measurements (docs/performance.md). The captures they make stay in target/bench.
BENCH := target/bench
FILTER := tcp port 25 or tcp port 465 or tcp port 587
ROUNDS ?= 5
CAPTURES := mixed mirror smtp scans flood concurrent tunnels million
READ := $(PROGRAM) read --sessions /dev/null

.PHONY: bench bench-history bench-peers bench-captures bench-stages bench-stages-write bench-build

bench-captures: build
	@$(CARGO) build --release --quiet --examples
	@mkdir -p $(BENCH)
	@for kind in "mixed mixed 1024" "mirror mirror 512" "smtp smtp 600" "scans scans 600" "flood flood 1000000" "concurrent concurrent 1000" \
		"tunnels tunnels 400" "million concurrent 1000000"; do set -- $$kind; \
		[ -s $(BENCH)/$$1.pcap ] || target/release/examples/generate $$2 $$3 $(BENCH)/$$1.pcap || exit 1; done

bench: bench-captures ## Compare the CPU time of reading with that of a bare walk over the same captures
	@for kind in $(CAPTURES); do echo "$$kind"; tools/bench.py $(ROUNDS) \
		walk="target/release/examples/walk $(BENCH)/$$kind.pcap" \
		workers-1="$(READ) --workers 1 $(BENCH)/$$kind.pcap" \
		workers-2="$(READ) --workers 2 $(BENCH)/$$kind.pcap" || exit 1; done

bench-peers: bench-captures ## The same beside tcpdump, and beside tshark and ndpiReader over a slice
	@tools/packages.sh tcpdump tshark libndpi-bin
	@for kind in $(CAPTURES); do echo "$$kind"; tools/bench.py $(ROUNDS) \
		tcpdump="tcpdump -r $(BENCH)/$$kind.pcap -w /dev/null '$(FILTER)'" \
		walk="target/release/examples/walk $(BENCH)/$$kind.pcap" \
		workers-1="$(READ) --workers 1 $(BENCH)/$$kind.pcap" \
		workers-2="$(READ) --workers 2 $(BENCH)/$$kind.pcap" || exit 1; done
	@target/release/examples/generate mixed 64 $(BENCH)/slice.pcap
	@echo "mixed, 64 MB"; tools/bench.py 1 \
		tcpdump="tcpdump -r $(BENCH)/slice.pcap -w /dev/null '$(FILTER)'" \
		tlstally="$(READ) --workers 1 $(BENCH)/slice.pcap" \
		ndpiReader="ndpiReader -q -i $(BENCH)/slice.pcap" \
		tshark="tshark -r $(BENCH)/slice.pcap -Y tls.handshake.type==2 -T fields -e tls.handshake.version"

SESSIONS ?= 10000000
STORE := $(BENCH)/store-$(SESSIONS)
# The same sums by hand: sessions by host and version, from the sessions and from the counts.
BY_SESSION := select client, version, count(*) from session join profile on profile.id = session.profile group by 1, 2
BY_COUNT := select client, version, sum(sessions) from day join profile on profile.id = day.profile group by 1, 2

bench-history: build ## Fill a store with SESSIONS (ten million) of 5,000 hosts in 90 days, and report over it beside sqlite3
	@tools/packages.sh sqlite3
	@$(CARGO) build --release --quiet --examples
	@mkdir -p $(BENCH)
	@[ -d $(STORE) ] || target/release/examples/history $(STORE) $(SESSIONS) 5000 90
	@ls -l $(STORE)
	@tools/bench.py $(ROUNDS) \
		report="$(PROGRAM) report $(STORE) --tz UTC --format json" \
		report-90-days="$(PROGRAM) report $(STORE) --tz Europe/Berlin --since 2026-08-04 --until 2026-10-31 --format json" \
		sqlite3-counts="sqlite3 -readonly $(STORE)/sessions.sqlite '$(BY_COUNT)'" \
		sqlite3-sessions="sqlite3 -readonly $(STORE)/sessions.sqlite '$(BY_SESSION)'"

# Instructions, not time: the same on a busy machine.
bench-stages: bench-build ## Count the instructions of each stage and compare with benches/stages.tsv
	@tools/stage-costs.py target/release/examples

bench-stages-write: bench-build ## The same, and keep the counts as the new figures
	@tools/stage-costs.py target/release/examples --write

bench-build: deps-test
	@$(CARGO) build --profile bench --quiet --example stages --example generate
