# Every target sets up what it needs: `make run` and `make test` work on a machine with Python 3.11, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
# Python compiles a module when it is first imported; most of what is installed never is.
INSTALL = $(BIN)/python -m pip install --quiet --no-compile
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TORCH := torch==2.13.0
# Options for pip when it installs torch, for example an index that has the small CPU build.
TORCH_OPTIONS ?=

# Small fits get one thread each, and OpenMP must not spin while it waits: see docs/design.md, "Threads".
export OMP_WAIT_POLICY := PASSIVE
export KEDRO_DISABLE_TELEMETRY := 1
export DVC_NO_ANALYTICS := 1
# A cache folder of our own: what others could write to, they could make DVC load.
export DVC_SITE_CACHE_DIR := $(CURDIR)/.dvc/tmp/site
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run nas repro report compare viz test lint types contracts unit lock clean

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## Create the environment from the lock (the other targets do it by themselves)

$(READY): requirements.lock pyproject.toml
	@echo "==> Setting up $(VENV) from requirements.lock (once; a few minutes)"
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is needed; name another with 'make PYTHON=/path/to/python3.11'"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes --no-deps -r requirements.lock
	$(INSTALL) $(TORCH_OPTIONS) $(TORCH)
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

run: $(READY)  ## Run all tasks from raw data to report, and say where the reports are
	$(BIN)/kedro run
	$(BIN)/kedro report
	$(BIN)/kedro dvc-adopt

nas: $(READY)  ## Run neural architecture search, and what stands before it, for all tasks
	$(BIN)/kedro run --pipeline=nas

repro: $(READY)  ## Reproduce with DVC what is not up to date
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro

report: $(READY)  ## Print the headline numbers and where the reports are
	$(BIN)/kedro report

compare: $(READY)  ## Say on a page what changed between two commits: make compare A=main B=my-branch
	@test -n "$(A)" || { echo "name the commits: make compare A=<old> B=<new, or the working tree>"; exit 1; }
	$(BIN)/kedro compare "$(A)" $(if $(B),"$(B)")

viz: $(READY)  ## Show the pipelines in the browser (installs the viz extra)
	$(INSTALL) --require-hashes --no-deps -r requirements-viz.lock
	$(BIN)/kedro viz run

test: lint types contracts unit  ## Run all checks and tests, the smoke pipelines included

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports
	$(BIN)/kedro dvc-sync --check

unit: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile -q

lock: $(READY)  ## Resolve the dependencies anew (needs uv, and a place where it finds torch's CPU build)
	@echo "$(TORCH)+cpu" > $(VENV)/torch-override.txt
	uv pip compile pyproject.toml --extra dev $(LOCK_OPTIONS) -o requirements.lock
	uv pip compile pyproject.toml --all-extras -c requirements.lock $(LOCK_OPTIONS) -o requirements-extras.lock
	uv pip compile pyproject.toml --extra viz -c requirements-extras.lock $(LOCK_OPTIONS) -o requirements-viz.lock

LOCK_OPTIONS := --python-version 3.11 --python-platform x86_64-manylinux_2_28 --generate-hashes --no-annotate --no-header \
  --no-emit-package torch --no-emit-package automl-flow --override $(VENV)/torch-override.txt

clean:  ## Remove caches and search journals (not the environment, not the data)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .automl_flow
