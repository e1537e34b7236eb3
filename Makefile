# Commands for a person and for CI. Outside this checkout one cache folder is written:
# $HOHEIT_LAB_CACHE, else $XDG_CACHE_HOME/hoheit-lab, else ~/.cache/hoheit-lab. As root on Debian,
# `make test` also installs the packages haproxy, postgresql, runc, mmdebstrap, bubblewrap, iproute2.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
CACHE := $(or $(HOHEIT_LAB_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/hoheit-lab)
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv),$(CACHE)/uv-$(UV_VERSION)/bin/uv)

export UV_CACHE_DIR ?= $(CACHE)/uv
export UV_PYTHON_DOWNLOADS ?= never
export PYTHONDONTWRITEBYTECODE := 1
unexport VIRTUAL_ENV

RUN := $(UV) run --no-sync
LAB := $(RUN) hoheit-lab
HOHEIT := $(CURDIR)/.venv/bin/hoheit

# Servers that tests start, built before them: a test has a time limit, a first build takes minutes.
TEST_PROGRAMS := versitygw prometheus promtool alertmanager amtool buildkitd buildctl crane

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

$(CACHE)/uv-$(UV_VERSION)/bin/uv:
	@echo "uv $(UV_VERSION): installing into the cache"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: Python 3.11 or newer is needed; name one with PYTHON=python3.12" >&2; exit 1; }
	@mkdir -p "$(CACHE)" || \
	  { echo "error: cannot write $(CACHE); name another place in HOHEIT_LAB_CACHE" >&2; exit 1; }
	@$(PYTHON) -m venv $(CACHE)/uv-$(UV_VERSION) || \
	  { echo "error: python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(CACHE)/uv-$(UV_VERSION)/bin/python -m pip install --quiet --no-cache-dir \
	  --disable-pip-version-check uv==$(UV_VERSION)

.PHONY: environment
# Compiled once: else each of many short programs compiles the Kubernetes SDK anew, 3 s of CPU.
environment: | $(UV)
	@$(UV) sync --quiet --locked --compile-bytecode

.PHONY: local
local: environment ## Bring up stack `local`: control plane, SIMULATED nodes, the whole platform
	@$(LAB) up
	@$(LAB) deploy --stack local
	@$(LAB) exec -- $(HOHEIT) register --stack local
	@$(LAB) exec -- $(HOHEIT) residency check --stack local

.PHONY: local-down
local-down: environment ## Remove everything that `make local` made, processes included
	@$(LAB) down

.PHONY: test
test: environment ## Run all tests; builds the tool chain and installs what they need
	@tests/install-tools
	@$(LAB) build
	@$(LAB) build $(TEST_PROGRAMS)
	@$(RUN) pytest --numprocesses logical --maxprocesses 2 --dist loadgroup --no-loadscope-reorder

.PHONY: check
check: environment ## Format, lint, types, layers, lock file, schema
	@$(UV) lock --check --quiet
	@$(RUN) ruff format --check
	@$(RUN) ruff check
	@$(RUN) basedpyright
	@$(RUN) lint-imports --no-logo
	@$(RUN) python stacks/environment.py --check
	@$(RUN) python model_images/sbom.py --check
	@$(RUN) check-jsonschema --schemafile stacks/environment.schema.json stacks/Pulumi.*.yaml

.PHONY: format
format: environment ## Format the code, and write what is generated
	@$(RUN) ruff format
	@$(RUN) ruff check --fix
	@$(RUN) python stacks/environment.py
	@$(RUN) python model_images/sbom.py
