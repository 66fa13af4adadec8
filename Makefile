# Each of these works as the only command in a fresh clone on a bare Debian with Python 3.11,
# pip, make and git.
#
#   make run     set up, then serve mail on 127.0.0.1:2525 and the console on 127.0.0.1:8025
#   make test    everything: system packages (as root), linters, all tests
#   make test-spark   the audit on Spark; needs Java 17 and pip install -e '.[spark]'
#   make check   linters and the tests that need no system package, in seconds
#   make bench   measure, side by side with the peers
#   make bench-accuracy   the slips of real mail; needs the data of MISSENT_DATA
#   make bench-elsewhere  real slips that are not in that mail; on a Debian system
#   make bench-memory     a million contacts: loading them, and what a question costs
#   make bench-console    a page and the API with a million decisions in the store
#   make bench-exposure   what people type for a name, and what the DNS takes; likewise
#   make docs    write the generated pages of docs/ anew
#   make lock    write requirements/*.txt anew from pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL = $(PIP) install --require-hashes
# The package itself, built by the locked build tools and not by whatever is newest today.
EDITABLE = $(PIP) install --no-deps --no-build-isolation --editable .
EMBEDDED = $(BIN)/missent --config deploy/embedded.toml
MAKEFLAGS += --no-builtin-rules --no-print-directory

.PHONY: run test test-spark check bench docs lock clean lint ruff format types layers pure packages dev
.DEFAULT_GOAL := check

run: $(VENV)/run.stamp
	@test -e var/hold.key || $(EMBEDDED) hold key var/hold.key >/dev/null
	@test -e var/missent.db || $(EMBEDDED) sample add >/dev/null
	@cat deploy/embedded.txt
	@$(EMBEDDED) sample link || true
	@exec $(EMBEDDED) serve

test: dev packages
	@code=0; $(MAKE) lint || code=1; $(BIN)/pytest -n auto --dist loadfile || code=1; exit $$code

# One after the other would take the sum of their times.
check: dev
	@$(MAKE) -j --output-sync=target ruff format types layers pure

lint: dev
	@$(MAKE) -j --output-sync=target ruff format types layers

ruff: ; @$(BIN)/ruff check
format: ; @$(BIN)/ruff format --check
types: ; @$(BIN)/mypy
layers: ; @$(BIN)/lint-imports
pure: ; @$(BIN)/pytest -q -n auto --dist loadfile -m "not e2e and not slow" --hypothesis-profile=quick

test-spark: dev
	@$(BIN)/pytest -q tests/audit/leaks/spark_rows.py

packages:
	@sh deploy/test-packages.sh

bench: $(VENV)/bench.stamp
	@$(BIN)/python -m bench

# One of them: `make bench-relay`.
bench-%: $(VENV)/bench.stamp
	@$(BIN)/python -m bench $*

docs: dev
	@$(BIN)/python docs/generate.py

lock: dev
	@$(BIN)/python requirements/lock.py

clean:
	rm -rf $(VENV) build dist var .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache

dev: $(VENV)/dev.stamp

# Debian splits ensurepip off into python3-venv. Without it a venv can be made empty and be
# filled by the system's pip.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "missent needs Python 3.11 or newer; name one: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  rm -rf $(VENV); \
	  $(PYTHON) -m venv --without-pip $(VENV) && \
	  $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; } || { \
	  rm -rf $(VENV); \
	  echo "no virtual environment could be made; on Debian: apt-get install python3-pip" >&2; \
	  exit 1; }

$(VENV)/build.stamp: requirements/build.txt | $(BIN)/python
	@echo "installing the locked build tools"
	@$(INSTALL) -r requirements/build.txt
	@touch $@

$(VENV)/run.stamp: requirements/run.txt pyproject.toml $(VENV)/build.stamp
	@echo "installing the locked dependencies into $(VENV)"
	@$(INSTALL) -r requirements/run.txt
	@$(EDITABLE)
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "installing the locked test tools into $(VENV)"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

$(VENV)/bench.stamp: requirements/bench.txt $(VENV)/dev.stamp
	@echo "installing the locked peers into $(VENV)"
	@$(INSTALL) -r requirements/bench.txt
	@touch $@
