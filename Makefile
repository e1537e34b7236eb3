# Commands for a person and for CI. Outside this checkout one cache folder is written:
# $HOHEIT_LAB_CACHE, else $XDG_CACHE_HOME/hoheit-lab, else ~/.cache/hoheit-lab. As root on Debian,
# `make test` also installs Debian's packages that tests/install-tools names.

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
# What `make local REAL=1` builds, and asks in the end.
OFFLINE_IMAGES = sh -c '$(CURDIR)/.venv/bin/python -m model_images.offline \
  --registry "$$HOHEIT_LAB_REGISTRY" --lock stacks/local-real.lock.json'
export QUESTION ?= Wo sind meine Daten?
# What its pods request, and what they, their images and the build of those take of the disk:
# docs/environments/local-real.md.
REAL_ROOM := --memory-mib 10240 --disk-mib 20480

# Servers that tests start are built before them, as images are: a test has a time limit, a first
# build takes minutes.
TEST_PROGRAMS := versitygw prometheus promtool alertmanager amtool buildkitd buildctl crane \
  kubelet kube-proxy ptp host-local loopback portmap coredns registry pause

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
local: environment ## Bring up stack `local` on SIMULATED nodes; REAL=1: on a real one, and ask it
	@TIMEFORMAT='lab: up after %R s'; time $(LAB) up $(if $(REAL),--real $(REAL_ROOM))
	@if [ -z "$$($(LAB) exec -- printenv HOHEIT_LAB_REGISTRY)" ]; then \
	  $(MAKE) --no-print-directory local-simulated; \
	else \
	  $(MAKE) --no-print-directory $(if $(REAL),local-real,local-refused); \
	fi

.PHONY: local-simulated
# With REAL, what comes last is why there is no real node.
local-simulated:
	@$(LAB) deploy --stack local
	@$(LAB) exec -- $(HOHEIT) register --stack local
	@$(LAB) exec -- $(HOHEIT) residency check --stack local
	@$(if $(REAL),$(LAB) up --real $(REAL_ROOM))

.PHONY: local-real
local-real:
	@TIMEFORMAT='images: built and pushed after %R s'; time $(LAB) exec -- $(OFFLINE_IMAGES)
	@TIMEFORMAT='deploy: up after %R s'; time $(LAB) deploy --stack local-real
	@$(LAB) exec -- $(HOHEIT) timeline --stack local-real
	@printf '\n> %s\n' "$$QUESTION"
	@$(LAB) exec -- $(HOHEIT) chat --stack local-real --time "$$QUESTION"

.PHONY: local-refused
local-refused:
	@echo "error: this lab has a real node, on which no image of stack local can be had; ask for" \
	  "it with \`make local REAL=1\`, or begin anew with \`make local-down\`" >&2; exit 1

.PHONY: local-down
local-down: environment ## Remove everything that `make local` made, processes included
	@$(LAB) down

.PHONY: test
test: built ## Run all tests; builds the tool chain and installs what they need
	@$(RUN) pytest --numprocesses logical --maxprocesses 2 --dist loadscope --no-loadscope-reorder \
	  --ignore tests/node/drills
	@$(MAKE) --no-print-directory drills

.PHONY: drills
# Alone, because they measure how long a recovery takes.
drills: built ## Hurt the platform on the real node, and measure how it recovers (root on Linux)
	@$(RUN) pytest tests/node/drills

.PHONY: built
built: environment
	@tests/install-tools
	@$(LAB) build
	@$(LAB) build $(TEST_PROGRAMS)
	@[ "$$(id -u)" != 0 ] || $(RUN) python -m model_images.offline

.PHONY: check
check: environment ## Format, lint, types, layers, lock file, schema
	@$(UV) lock --check --quiet
	@$(RUN) ruff format --check
	@$(RUN) ruff check
	@$(RUN) basedpyright
	@$(RUN) lint-imports --no-logo
	@$(RUN) python stacks/environment.py --check
	@$(RUN) python -m hoheit_policy --check docs/rules.md
	@$(RUN) python model_images/sbom.py --check
	@$(RUN) check-jsonschema --schemafile stacks/environment.schema.json stacks/Pulumi.*.yaml

.PHONY: format
format: environment ## Format the code, and write what is generated
	@$(RUN) ruff format
	@$(RUN) ruff check --fix
	@$(RUN) python stacks/environment.py
	@$(RUN) python -m hoheit_policy docs/rules.md
	@$(RUN) python model_images/sbom.py
