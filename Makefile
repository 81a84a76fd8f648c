# Two commands do everything on a fresh Debian or Ubuntu machine that has Rust on it:
#   make demo   builds the release program and runs it over the captures in pcaps/
#   make test   format, lints, and every test
# Both install the system packages they need, quietly, and only those that are missing.

CARGO ?= cargo
PROGRAM := target/release/tlstally

# What the build needs (a C compiler for zstd's library), and what the tests compare with.
BUILD_PACKAGES := gcc libc6-dev
TEST_PACKAGES := $(BUILD_PACKAGES) libpcap-dev
# Only where everything is expected to run: tests that need these say so when they skip.
CI_PACKAGES := tshark

.PHONY: demo build test lint deps-build deps-test clean help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: build ## Build, and read the captures in pcaps/
	@$(PROGRAM) read pcaps

build: deps-build ## Build the release program
	@$(CARGO) build --release --quiet --bin tlstally

test: deps-test lint ## Check format and lints, run every test
	@$(CARGO) test --quiet --all-targets
	@$(CARGO) test --quiet --doc

lint: deps-test
	@$(CARGO) fmt --check
	@$(CARGO) clippy --quiet --all-targets -- -D warnings

deps-build:
	@tools/packages.sh $(BUILD_PACKAGES)

deps-test:
	@tools/packages.sh $(TEST_PACKAGES) $(if $(CI),$(CI_PACKAGES))

clean: ## Remove what was built
	@$(CARGO) clean
