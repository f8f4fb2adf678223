# hgrisk: `make run` and `make test` each work alone in a fresh clone with python3, venv and make.

PYTHON ?= python3
OTHERS := 3.12 3.13
BIN    := .venv/bin
BENCH  := $(patsubst benchmarks/%.py,bench-%,$(wildcard benchmarks/*.py))
LOCK   := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-header --no-annotate $(LOCK_FLAGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run data features test coverage test-others $(OTHERS:%=test-%) bench $(BENCH) lab lock clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "%-12s %s\n", $$1, $$2}'

setup: .venv/.ready ## create .venv from requirements.lock, if it is not there or is out of date

run: .venv/.ready ## run the experiment on the synthetic data; results in runs/synthetic
	$(BIN)/hgrisk run experiments/synthetic.toml --out runs/synthetic

data: .venv/.ready ## make data/synthetic again, byte for byte
	$(BIN)/hgrisk simulate --households 11000 --dirty 0.004 --out data/synthetic

features: .venv/.ready ## write docs/features.md again, after a change of a feature family
	$(BIN)/hgrisk features --format markdown > docs/features.md

test: .venv/.ready ## everything that CI runs, on the Python of .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile
	@echo "Tested on $$($(BIN)/python -V) only; 'make test-others' tests $(OTHERS) where present."

coverage: .venv/.ready ## which lines and branches the tests reach
	$(BIN)/python -m pytest -q -n auto --dist loadfile --cov=hgrisk --cov-branch --cov-report=term

test-others: ## pytest on other Pythons on PATH; slow (a venv each), so not part of 'make test'
	@for v in $(OTHERS); do \
	  if python$$v -c '' 2>/dev/null; then $(MAKE) --no-print-directory test-$$v || exit 1; \
	  else echo "python$$v does not run here: not tested"; fi; \
	done

$(OTHERS:%=test-%): test-%: .venv-%/.ready
	.venv-$*/bin/python -m pytest -q -x

bench: $(BENCH) ## every benchmark, for hours: the tables of benchmarks/results again; bench-NAME does one

$(BENCH): bench-%: .venv/.ready
	$(BIN)/python benchmarks/$*.py

bench-features: .venv-peers/.ready
bench-survival: .venv-survival/.ready
bench-explain: .venv-explain/.ready

lab: .venv/.lab ## open the notebooks in JupyterLab
	cd notebooks && ../$(BIN)/jupyter lab

lock: ## renew the lock files with uv; LOCK_FLAGS=--upgrade takes the newest versions
	$(LOCK) --group dev -o requirements.lock
	$(LOCK) --extra lab -c requirements.lock -o requirements-lab.lock
	$(subst pyproject.toml,benchmarks/as_of/peers.in,$(LOCK)) -o benchmarks/as_of/peers.lock
	$(subst pyproject.toml,benchmarks/survival_speed/peers.in,$(LOCK)) -o benchmarks/survival_speed/peers.lock
	$(subst pyproject.toml,benchmarks/explain_speed/peers.in,$(LOCK)) -o benchmarks/explain_speed/peers.lock

clean: ## remove environments and caches; runs/ stays
	rm -rf .venv .venv-peers .venv-survival .venv-explain $(OTHERS:%=.venv-%) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

# Environments. The stamp is newer than the lock and pyproject.toml, or the environment is brought up to date.
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --no-deps --no-compile

# $(call environment,python,directory): the locked pip first, because an older one takes twice as long; then the lock;
# then the project, built by the locked hatchling; then bytecode, in parallel. A file written for a newer Python does
# not compile; that is no reason to stop.
define environment
@echo "Installing into $(2); this takes a minute or two."
@$(1) -c 'import sys; sys.exit("Python 3.11 or newer is needed: give PYTHON=python3.12, say" if sys.version_info < (3, 11) else 0)'
$(1) -m venv $(2)
@sed -n '/^pip==/,/[^\\]$$/p' requirements.lock | $(2)/bin/python $(PIP_INSTALL) --require-hashes -r /dev/stdin
$(2)/bin/python $(PIP_INSTALL) --require-hashes -r requirements.lock
$(2)/bin/python $(PIP_INSTALL) --no-build-isolation -e .
@$(2)/bin/python -m compileall -qq -j 0 -x '/tests?/' $(2)/lib/python*/site-packages hgrisk || true
@touch $(2)/.ready
endef

.venv/.ready: requirements.lock pyproject.toml
	$(call environment,$(PYTHON),.venv)

$(OTHERS:%=.venv-%/.ready): .venv-%/.ready: requirements.lock pyproject.toml
	$(call environment,python$*,.venv-$*)

# What speed is measured beside, apart from all else: no part of hgrisk, and other versions of the same packages.
.venv-peers/.ready: benchmarks/as_of/peers.lock
.venv-survival/.ready: benchmarks/survival_speed/peers.lock
.venv-explain/.ready: benchmarks/explain_speed/peers.lock
.venv-peers/.ready .venv-survival/.ready .venv-explain/.ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

.venv/.lab: requirements-lab.lock .venv/.ready
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements-lab.lock
	@touch $@
