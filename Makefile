# health_assets: `make help` lists what there is. Needs Python 3.11 or newer, make and git; everything else goes into .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo grid test lint format bench docs lock clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(VENV)/ready ## Sandbox, 8 days, the grid, the page and the Dagster UI on 127.0.0.1:3000; Ctrl-C stops all
	@$(BIN)/health-assets demo

grid: $(VENV)/ready ## The same without a UI, then ends
	@$(BIN)/health-assets demo --no-ui

test: $(VENV)/ready-dev ## All tests; what needs Chromium, PostgreSQL or npm is skipped where it is absent
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile $(ARGS)

lint: $(VENV)/ready-dev ## Style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/ready-dev ## Formats the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/ready-dev ## Times, requests, bytes and memory as a table and JSON (var/bench.json)
	@$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/ready-dev ## Writes the generated parts of docs/
	@$(BIN)/python docs/generate.py $(ARGS)

lock: $(VENV)/ready-dev ## Resolves requirements*.lock anew (exact versions and hashes, no index address)
	@$(PIP) install 'uv>=0.9'
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --upgrade pyproject.toml --group build -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --upgrade pyproject.toml --group build --group dev --extra postgres -c requirements.lock -o requirements-dev.lock

clean: ## Removes the environment and everything the project wrote
	@rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis

# --no-deps: the lock is complete, and older pips refuse `gql[requests]` beside a pinned gql in hash mode
$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("health_assets needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@echo "Installing into $(VENV) (once; about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q health_assets
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Installing the test tools ..."
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
