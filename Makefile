# `make help` lists what can be done. Everything works on a fresh machine with Python 3.11 or newer and pip.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export UV_SYSTEM_CERTS ?= 1
SERVE ?= 1

.PHONY: help venv devenv demo up test lint bench lock messages clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: .venv/.base ## the environment that runs the hub
.venv/.base: requirements/base.txt pyproject.toml scripts/bootstrap
	@scripts/bootstrap $(PYTHON) requirements/base.txt
	@touch $@

devenv: .venv/.dev
.venv/.dev: requirements/dev.txt pyproject.toml scripts/bootstrap
	@scripts/bootstrap $(PYTHON) requirements/dev.txt
	@touch $@ .venv/.base

demo: venv ## the whole season on demo data, then the pages at http://127.0.0.1:8000 (SERVE=0 stops after the table)
	@exec $(BIN)/samphao demo $(if $(filter 0,$(SERVE)),--no-serve,)

up: venv ## the hub on your own data
	@exec $(BIN)/samphao up

test: devenv ## every test: engines, apps, workflows, architecture, browser
	@scripts/browser
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup $(ARGS)
	@SAMPHAO_POSTGRES=16 $(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/core tests/payments tests/trade/test_order_counter.py tests/customs
	@scripts/engines-alone

lint: devenv ## ruff, mypy, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: devenv ## every benchmark that is listed (docs/benchmarks.md says how each is measured)
	@$(BIN)/samphao bench --all

lock: devenv ## write requirements/*.txt anew, with hashes
	@scripts/lock

messages: devenv ## collect the texts of the pages into the catalogues and compile them
	@scripts/messages

clean: ## remove the environment (the data stays)
	@rm -rf .venv .boot
