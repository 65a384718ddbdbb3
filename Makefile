# Each target is a line or two that you could type yourself. Only Python 3.11, pip and make are assumed.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
REPORTS ?= reports
FORMATS ?= html,json,junit,markdown,sarif,badge
SEED ?= 1
# Where to vendor the client, and as what: said on the command line, whatever the environment holds.
DEST :=
NAME := generated_client
FORCE :=

.DEFAULT_GOAL := help
.PHONY: help setup conformance test check generate vendor conflicts bench serve selftest prove lock clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## prepare .venv from the lock; does nothing if the lock has not changed
	@cmp -s requirements.lock $(VENV)/installed.lock || $(MAKE) --no-print-directory $(VENV)

.PHONY: $(VENV)
$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; say which with make PYTHON=...")'
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	cp requirements.lock $(VENV)/installed.lock

conformance: generate ## make the contract and the client, judge the reference server and the client with them
	$(VENV)/bin/sms-conformance server --app conformance.reference_server:asgi --seed $(SEED) --report json,$(FORMATS) --report-dir $(REPORTS)
	$(VENV)/bin/sms-conformance client --seed $(SEED) --report json,$(FORMATS) --report-dir $(REPORTS)
	$(VENV)/bin/sms-conformance report $(REPORTS)/server.json $(REPORTS)/client.json --report html,markdown --report-dir $(REPORTS)

test: check ## everything: check, the tests, and the suite's proof of itself
	$(RUN) -m pytest --numprocesses auto --dist worksteal
	$(VENV)/bin/sms-conformance selftest --correct-seeds 2

check: setup ## nothing emitted has drifted or was edited; lint and types
	$(RUN) -m scripts.normalize --check
	$(RUN) -m scripts.generate --check
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m basedpyright --warnings

generate: setup ## rewrite openapi/openapi.yaml and generated_client/ from the sources; list what changed
	$(RUN) -m scripts.normalize
	$(RUN) -m scripts.generate

vendor: setup ## put the client into another project: DEST=folder, NAME=acme/vendor/sms, FORCE=1 to overwrite edits
	$(RUN) -m scripts.vendor --dest "$(or $(DEST),$(error Say where to put the client: make vendor DEST=folder))" --name "$(NAME)" $(if $(FORCE),--force)

conflicts: setup ## where the sources contradict each other, and what decides each case
	$(RUN) -m scripts.normalize --conflicts

bench: setup ## what normalising, the client and the judging of servers and clients take, each beside a peer
	$(RUN) -m scripts.bench
	$(RUN) -m scripts.bench_client
	$(RUN) -m scripts.bench_server
	$(RUN) -m scripts.bench_suite

serve: setup ## the reference server on port 8080
	$(VENV)/bin/sms-conformance serve

selftest: setup ## the whole matrix of mutants and what noticed them: 10 seeds, and 25 for what is correct
	$(VENV)/bin/sms-conformance selftest --seeds 10 --correct-seeds 25

prove: setup ## take each check out of a copy, and each of its findings, and see the self-test miss it
	$(RUN) -m scripts.remove_checks --breaches

lock: setup ## pin what pyproject.toml asks for, with hashes and no index address
	$(RUN) -m uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file requirements.lock

clean: ## remove what the other targets made here, the environment included
	rm -rf $(VENV) $(REPORTS) .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis
