# Everything a person does here, by name. All of it needs Python 3.11 and make, nothing else.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo up stack test chaos drill bench lint format lock

help: ## what can be made (this list)
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## .venv with the locked requirements, redone when they change

demo: $(INSTALLED) ## the whole chain in twelve scenes and more, on a real Kafka and a real MongoDB
	@$(BIN)/missedcall demo

up: $(INSTALLED) ## everything on this machine until Ctrl-C
	@$(BIN)/missedcall up

stack: $(INSTALLED) ## Kafka and MongoDB alone, until Ctrl-C
	@$(BIN)/python -m local

test: $(INSTALLED) ## every test: unit tests first, then the rest on the real stack
	$(BIN)/pytest tests/unit -n 2
	$(BIN)/pytest tests --ignore=tests/unit -n 3 --dist loadfile --no-loadscope-reorder

chaos: $(INSTALLED) ## a thousand texts through a sender that is killed, put to sleep and cut off (SEED=n repeats a run)
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))
	DEATHS=1700 CHAOS_SEED=$(SEED) $(BIN)/pytest tests/integration/services/ingest/test_deaths.py

bench: $(INSTALLED) ## what each part costs, beside the shortest program that does the same (ONLY=names, QUICK=1)
	@$(BIN)/missedcall bench $(ONLY) $(if $(QUICK),--quick)

drill: $(INSTALLED) ## a game day: three brokers, three mongods, two of each service, and everything that can fail (SEED=n)
	$(BIN)/python -m tests.drill $(if $(SEED),--seed $(SEED))

lint: $(INSTALLED) ## style, formatting, types, and which way imports point
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## put style and formatting right where that can be done by machine
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(INSTALLED) ## both lock files anew from pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --output-file requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --extra local --extra dev \
		--output-file requirements-dev.lock pyproject.toml

# The stamp comes last: an installation that was cut short is done again.
$(INSTALLED): requirements-dev.lock pyproject.toml
	@$(BIN)/python -c '$(IS_PYTHON_311)' 2>/dev/null && $(BIN)/pip --version >/dev/null 2>&1 || { $(MAKE_VENV); }
	$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

IS_PYTHON_311 := import sys; sys.exit(sys.version_info[:2] != (3, 11))

define MAKE_VENV
	for python in python3.11 python3 ""; do \
		$$python -c '$(IS_PYTHON_311)' 2>/dev/null && break; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 is needed, and neither python3.11 nor python3 is one. Install it (for example:" >&2; \
		echo "apt install python3.11 python3.11-venv; or pyenv), then run make again." >&2; exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make virtual environments. Install its venv module (for example:" >&2; \
		echo "apt install python3.11-venv), then run make again." >&2; exit 1; \
	fi; \
	echo "Installing the locked requirements into $(VENV): some 600 MB on disk, this once."; \
	$$python -m venv --clear $(VENV)
endef
