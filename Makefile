# Every way to work on Tocsin; `make` alone lists them. Needs Python 3.11, git and make; Node 20 adds one suite of contract tests.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ARGS ?=

# Locks hold what the default index offers, whatever this machine's own pip configuration adds to it.
COMPILE := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --allow-unsafe \
	--generate-hashes --strip-extras --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.PHONY: help demo test check crash chaos many bench soak lock clean
.DELETE_ON_ERROR:

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/stamp-runtime ## play a leak from alarm to review on this machine (KEEP=1 leaves its pages up, CRASH=1 kills the engine on the way)
	$(BIN)/tocsin demo $(if $(KEEP),--keep) $(if $(CRASH),--crash) $(ARGS)

test: .venv/stamp-dev node_modules/.stamp ## run every test, offline and in random order (ARGS="-k ledger" picks some)
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup $(ARGS)

check: .venv/stamp-dev ## format, lint, types, layers, generated documents, architecture: what "green" means
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m engine.entrypoints.docs --check
	$(BIN)/python -m pytest -q tests/architecture

crash: .venv/stamp-dev ## kill the engine at every named point, on SQLite and PostgreSQL (`make test` takes a dozen a day)
	CRASHES=all $(BIN)/python -m pytest --numprocesses auto --dist loadgroup tests/crash $(ARGS)

chaos: .venv/stamp-dev ## ten minutes of random kills of three engines on one PostgreSQL (ARGS="--seconds 60 --incidents 20 --seed 1"); writes chaos.json
	$(BIN)/python -m tests.chaos $(ARGS)

many: .venv/stamp-dev ## kill engines and Prefect workers at random while 200 incidents run (ARGS="--incidents 20 --engines 2 --workers 1 --kills 5")
	$(BIN)/python -m tests.chaos.many $(ARGS)

bench: .venv/stamp-dev .venv-bench/stamp ## measure the engine beside bare requests, plain Prefect and DBOS, and as work grows (ARGS="curves" a part); writes bench.json
	$(BIN)/python -m tests.bench $(ARGS)

soak: .venv/stamp-dev ## measure an engine's memory with 1,000 open incidents, and over 10,000 that begin and end; writes soak.json
	$(BIN)/python -m tests.bench.soak $(ARGS)

lock: .venv/stamp-dev ## resolve the locks again (ARGS=--upgrade takes newer versions)
	$(COMPILE) $(ARGS) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) $(ARGS) --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) $(ARGS) --constraint requirements.lock --output-file requirements-bench.lock requirements-bench.in

clean: ## remove everything that make and the tools have made
	rm -rf .venv .venv-bench node_modules build dist htmlcov .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tocsin needs Python 3.11 or newer; name it with make PYTHON=...")'
	$(PYTHON) -m venv .venv

# Two stamps share one environment: the developers' lock holds the very versions of the runtime lock, and more.
# A lock names everything, so nothing is resolved: a resolver would take `coverage[toml]` for another package and want its newest.
.venv/stamp-runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "installing the packages of $<: once, a minute or two"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/stamp-dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "installing the packages of $<: once, a minute or two"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ .venv/stamp-runtime

# DBOS is measured beside the engine and no part of it, so it has an environment of its own.
.venv-bench/stamp: requirements-bench.lock | .venv/bin/python
	@echo "installing the packages of $<: once, a few seconds"
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements-bench.lock
	@touch $@

node_modules/.stamp: package-lock.json
	@if command -v npm >/dev/null; then npm ci --no-audit --no-fund && touch $@; \
	else echo "note: without Node, the contract tests against a Slack written by others are skipped"; fi
