# Every chore of the house; `make` alone lists them. Needs GNU Make 3.81 or newer, /bin/sh and Python 3.11 or newer.

.DEFAULT_GOAL := help
# The targets share one virtual environment, and two outputs at once are hard to read.
.NOTPARALLEL:

VENV := .venv/bin
PYTHON := $(VENV)/python
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard helpdesk/translations/*/LC_MESSAGES/*.po))

# make run
PORT ?= 8000
IS_EMPTY := $(filter-out 0 no false,$(EMPTY))
THREELINE_HOME ?= $(if $(IS_EMPTY),var/empty,var/demo)
THREELINE_BIND ?= 127.0.0.1
# Signing in as anybody is for a desk that only this machine reaches.
THREELINE_DEV ?= $(if $(filter 127.% localhost ::1,$(THREELINE_BIND)),1,0)
DESK := THREELINE_HOME='$(THREELINE_HOME)' THREELINE_BIND='$(THREELINE_BIND)' THREELINE_PORT='$(PORT)' \
	THREELINE_DEV='$(THREELINE_DEV)'

# make test
HYPOTHESIS := $(if $(filter true 1,$(CI)),--hypothesis-profile=ci)

.PHONY: help run test sure lint types bench bench-sla bench-search bench-detection bench-searches bench-reports screenshots i18n vendor clean installed installed-dev chromium pango

help: ## List these chores
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: installed $(CATALOGUES) ## Start the demo desk on this machine (PORT=8000, EMPTY=1 for one without data)
	@$(DESK) $(VENV)/threeline db upgrade
ifeq ($(IS_EMPTY),)
	@$(DESK) $(VENV)/threeline demo
	@$(DESK) $(VENV)/threeline demo accounts
endif
	@$(DESK) exec $(VENV)/threeline run

test: installed-dev $(CATALOGUES) chromium pango ## Run every test on all cores (ARGS="-k promises")
	@THREELINE_TEST_SERVERS=required $(PYTHON) -m pytest --numprocesses=logical $(HYPOTHESIS) $(ARGS)

sure: lint types test ## All that must pass before a merge

lint: installed-dev ## Check style, imports between packages, icons and vendored files
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/lint-imports
	@$(PYTHON) deploy/icons.py --check
	@$(PYTHON) deploy/vendor.py --check

types: installed-dev ## Check the types
	@$(VENV)/mypy

bench: installed-dev $(CATALOGUES) ## Run every measurement (ARGS="--tickets 10000 --databases sqlite" for less)
	@$(PYTHON) -m bench.bench_sla
	@$(PYTHON) -m bench.bench_clocks
	@$(PYTHON) -m bench.bench_import
	@$(PYTHON) -m bench.bench_hours
	@$(PYTHON) -m bench.bench_revisits
	@$(PYTHON) -m bench.bench_search
	@$(PYTHON) -m bench.bench_searches
	@$(PYTHON) -m bench.bench_detection
	@$(PYTHON) -m bench.bench_desk $(ARGS)

bench-search: installed-dev $(CATALOGUES) ## Measure the search among 400,000 articles and a million tickets
	@$(PYTHON) -m bench.bench_search $(ARGS)

bench-searches: installed-dev $(CATALOGUES) ## Measure search analytics at ten million searches (ARGS="--searches 200000")
	@$(PYTHON) -m bench.bench_searches $(ARGS)

bench-reports: installed-dev $(CATALOGUES) ## Measure every report at a million tickets (ARGS="--tickets 100000 --databases sqlite")
	@$(PYTHON) -m bench.bench_reports $(ARGS)

bench-sla: installed-dev $(CATALOGUES) ## Measure the SLA arithmetic and five million stored clocks (ARGS="--clocks 100000")
	@$(PYTHON) -m bench.bench_sla
	@$(PYTHON) -m bench.bench_clocks $(ARGS)

bench-detection: installed-dev $(CATALOGUES) ## Measure the comparison of tickets and the quality of groups (ARGS="--tickets 20000")
	@$(PYTHON) -m bench.bench_detection $(ARGS)

screenshots: installed-dev $(CATALOGUES) chromium ## Take pictures of the pages into screenshots/
	@$(PYTHON) deploy/screenshots.py $(ARGS)

i18n: installed ## Bring the four catalogues up to date with code and templates
	@sh deploy/i18n.sh

vendor: installed ## Fetch the third-party files again, as vendor.lock.json pins them
	@$(PYTHON) deploy/vendor.py $(ARGS)

clean: ## Remove what can be made again (.venv, caches, catalogues); data in var/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist screenshots
	rm -f $(CATALOGUES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

installed: # .venv with what the desk needs to run
	@sh deploy/install.sh

installed-dev: # .venv with what tests and checks need, too
	@sh deploy/install.sh dev

chromium: # a browser for the tests
	@sh deploy/chromium.sh

pango: # what draws PDFs, where it may be installed
	@sh deploy/pango.sh

$(CATALOGUES): %.mo: %.po | installed
	@$(PYTHON) -m babel.messages.frontend --quiet compile --input-file=$< --output-file=$@
