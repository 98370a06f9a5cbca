# One command a job, the same here and in CI. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
KEEP ?=
ENVIRONMENT ?= dev
ifeq ($(origin ENVIRONMENT),command line)  # `make synth ENVIRONMENT=prod` means that one, too
export ENVIRONMENTS ?= $(ENVIRONMENT)
endif
SOURCES := main.py stacks handlers queuesmith queuesmith_worker tools tests benchmarks examples

.DEFAULT_GOAL := help
.PHONY: help setup demo up down synth package examples recordings test test-unit test-cdktn test-project prove capacity-check sbom audit bench corpus lint format snapshots docs site lock lock-handlers dist clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Prepare .venv from Pipfile.lock, with the packages for tests and lint
	@$(PYTHON) tools/setup.py dev

demo: ## Run the whole pipeline on this machine (KEEP=1 leaves it running)
	@$(PYTHON) tools/setup.py terraform
	@$(BIN)/python -m queuesmith local demo $(if $(filter-out 0 no false,$(KEEP)),--keep)

up: ## Run dev on an emulator of AWS, or apply changes to it (ENVIRONMENT=staging for another)
	@$(PYTHON) tools/setup.py terraform
	@$(BIN)/python -m queuesmith local up $(or $(ENVIRONMENTS),$(ENVIRONMENT))

down: ## Stop the environment of `make up` or `make demo KEEP=1`
	@$(PYTHON) tools/setup.py
	@$(BIN)/python -m queuesmith local down

package: ## Build the functions' zips (function.artifact.zip in config/)
	@$(PYTHON) tools/setup.py
	@$(BIN)/python -m queuesmith package

synth: ## Package, and write cdktf.out for every environment in config/ (ENVIRONMENTS=dev for one)
	@$(PYTHON) tools/setup.py
	@$(BIN)/python main.py --package

examples: ## Synthesize the examples, into examples/cdktf.out
	@$(PYTHON) tools/setup.py
	@$(BIN)/python main.py examples
	@$(BIN)/python -m examples.own_stack

test: ## All tests except `make prove`, `make test-project` and `make test-cdktn`
	@$(PYTHON) tools/setup.py dev emulator alarms embedded-terraform sarif-schema runtime scanners supply-chain
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

test-project: ## Test the built packages, cdktf-cli, the console and the site in a browser, and a new project without this checkout: init, demo, deploy to the emulator
	@$(PYTHON) tools/setup.py dev emulator terraform cdktf-cli supply-chain browser site site-scripts
	@$(BIN)/python -m pytest tests/new_project tests/packages tests/console tests/site -n 2 --dist loadfile --no-loadscope-reorder

prove: ## Inject faults, account for every message, compare two emulators, and write the pages about them; and capacity-check
	@$(PYTHON) tools/setup.py dev emulator terraform alarms charts fuzz localstack
	@$(BIN)/python -m tests.faults
	@$(BIN)/python -m tests.compatibility & compatibility=$$!; \
		$(BIN)/python -m tests.capacity; capacity=$$?; wait $$compatibility && exit $$capacity

capacity-check: ## Compare the capacity model with theory, measurements and the emulator, and write docs/capacity.md
	@$(PYTHON) tools/setup.py dev emulator
	@$(BIN)/python -m tests.capacity

sbom: ## Write what the functions' packages contain and queuesmith requires as CycloneDX JSON (build/*.cdx.json)
	@$(PYTHON) tools/setup.py dev supply-chain
	@$(BIN)/python -m tools.supply_chain sbom

audit: ## Check all locked packages against the vulnerabilities that PyPI knows
	@$(PYTHON) tools/setup.py dev supply-chain
	@$(BIN)/python -m tools.supply_chain audit

test-unit: setup ## The quick tests; they install nothing
	@$(BIN)/python -m pytest tests/unit tests/sample -q -n 2 --dist worksteal

test-cdktn: ## Check that cdktn, the fork of CDKTF, gives the same JSON (installs 1.3 GB)
	@$(PYTHON) tools/setup.py dev cdktn
	@$(BIN)/python -m pytest tests/cdktn

dist: ## Build the wheels and sdists of queuesmith and queuesmith-worker into dist/, and check them as PyPI does
	@$(PYTHON) tools/setup.py dev supply-chain
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist .
	@$(BIN)/python -m build --no-isolation --outdir dist queuesmith_worker
	@.local/supply-chain/bin/twine check --strict dist/*

bench: ## Measure, print the tables, and write docs/benchmarks.md
	@$(PYTHON) tools/setup.py dev runtime scanners aws-cdk cdktn charts
	@$(BIN)/python -m benchmarks

corpus: setup ## Run check on public repositories, and write docs/corpus.md (FROM=folder: existing checkouts)
	@$(BIN)/python -m tools.corpus $(if $(FROM),--from "$(FROM)")

lint: setup ## Lint, formatting, types and import contracts; changes nothing
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy --strict $(SOURCES)
	@$(BIN)/lint-imports --no-logo --no-cache

format: setup ## Format, and fix what ruff can
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

snapshots: setup ## Accept an intended change of the synthesized JSON
	@$(BIN)/python -m pytest tests/unit tests/sample --snapshot-update

docs: setup ## Regenerate the pages, pictures and schema
	@$(BIN)/python -m tools.docs

recordings: ## Record what commands print, and the console (docs/images), from real runs
	@$(PYTHON) tools/setup.py dev emulator terraform browser
	@$(BIN)/python -m tools.recordings

site: ## Build the documentation as a site with search, into build/site
	@$(PYTHON) tools/setup.py site site-scripts
	@$(BIN)/python -m tools.site

lock: ## Upgrade Pipfile.lock and the other lock files
	@$(PYTHON) tools/lock.py

lock-handlers: ## Pin a new import of the handlers (handlers/requirements.in) without upgrades
	@$(PYTHON) tools/lock.py handlers

clean: ## Stop the emulator, and remove what make targets created, except state
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m queuesmith local down; fi
	rm -rf .venv .local build cdktf.out examples/cdktf.out dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
