# Each target stands alone: `make run` from a bare checkout needs only Python 3.11 or newer.
.DEFAULT_GOAL := help
.PHONY: help env run test test-quick lint words bench docs system-deps clean

PYTHON ?= python3
BIN := .venv/bin
# Two workers: the budgets of the design are for two cores. tests/conftest.py puts the longest files first.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
DEBIAN_PACKAGES := chromium postgresql golang-go golang-golang-x-mod-dev

export SERVE PORT

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: ## make or refresh .venv from requirements.lock
	@$(PYTHON) bootstrap.py env

run: ## carry the year of examples/ua-2026, audit it, serve the office (SERVE=0 stops before, PORT=8000)
	@$(PYTHON) bootstrap.py run

test: env lint ## every check and every test
	$(PYTEST)

test-quick: env lint ## the part of the tests under three minutes
	$(PYTEST) -m "not slow and not postgres and not browser"

lint: env ## ruff, its formatter, mypy, the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

words: env ## compile the three catalogues
	$(BIN)/python tools/compile_words.py

bench: env ## benchmarks, tables to benchmarks/results
	@set -e; found=; for file in benchmarks/bench_*.py; do \
	  [ -e "$$file" ] || continue; found=1; echo "== $$file" >&2; $(BIN)/python "$$file"; done; \
	if [ -z "$$found" ]; then echo "benchmarks/ holds no bench_*.py" >&2; fi

docs: env ## run every example in the documentation, follow every link
	$(BIN)/pytest tests/test_docs.py tests/test_house_rules.py

system-deps: ## Debian packages that some tests need (as root, or with sudo)
	@command -v apt-get >/dev/null || { echo "system-deps: this is not Debian; please install: $(DEBIAN_PACKAGES)" >&2; exit 2; }; \
	missing=; for package in $(DEBIAN_PACKAGES); do \
	  if dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'install ok installed'; \
	  then echo "system-deps: $$package is here"; else missing="$$missing $$package"; fi; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	sudo=; if [ "$$(id -u)" != 0 ]; then sudo=sudo; command -v sudo >/dev/null || { \
	  echo "system-deps: root is needed; run: su -c 'make system-deps'" >&2; exit 2; }; fi; \
	echo "system-deps: installing$$missing"; \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing </dev/null

clean: ## remove what was built; `var/` with the demonstration too
	rm -rf .venv var dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
