# Every target does its own set-up: a machine needs Python 3.11 or newer (with its venv module) and make.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# What `make test` runs: make test T=tests/datavalues
T ?= tests

# An environment is as good as the requirements it was made from; their hash names the marks of what is installed.
HASH := $(shell cat requirements.txt | cksum | cut -d' ' -f1)
HASH_DEV := $(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)
MADE := $(VENV)/made
INSTALLED := $(VENV)/installed-$(HASH)
INSTALLED_DEV := $(VENV)/installed-dev-$(HASH_DEV)
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check

# Containers often set it; then every process compiles all sources anew: a server starts two, the tests some hundred.
unexport PYTHONDONTWRITEBYTECODE

CHROMIUM := chromium chromium-browser google-chrome

.DEFAULT_GOAL := help
.PHONY: help serve test browser lint format bench clean

help: ## Print this list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-8s %s\n", $$1, $$2 }'

serve: $(INSTALLED) ## Run the server at http://localhost:8080 until Ctrl-C (PORT=, BIND=, DEMO=0, DHIS2API_HOME=).
	@exec $(RUN) manage.py serve --with-parent

test: $(INSTALLED_DEV) ## Run the tests on a real PostgreSQL and Redis (T=tests/datavalues: a part of them).
	@$(RUN) -m pytest --numprocesses=auto --maxprocesses=4 --dist=worksteal $(T)

browser: $(INSTALLED_DEV) ## Run the tests that need a browser, which must be there: Chromium.
	@for program in $(CHROMIUM); do command -v $$program >/dev/null && exit 0; done; { \
	  echo "No Chromium here; on Debian and Ubuntu: apt-get install chromium" >&2; exit 1; }
	@$(RUN) -m pytest tests/browser

lint: $(INSTALLED_DEV) ## Check style and the floors of the house.
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(VENV)/bin/lint-imports

format: $(INSTALLED_DEV) ## Bring the code into shape.
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: $(INSTALLED_DEV) ## Measure imports and exports against PostgreSQL's own speed.
	@$(RUN) -m benchmarks

clean: ## Remove the environment and the tests' databases; the server's data (.data) stays.
	@if [ -x $(RUN) ]; then $(RUN) -m dhis2api.embedded.clean; fi
	rm -rf $(VENV) .test-data .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is `$(PYTHON) --version 2>&1`. Name another: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) lacks its venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) && touch $@

$(INSTALLED): $(MADE)
	@echo "Installing requirements.txt …"
	@$(PIP) -r requirements.txt
	@rm -f $(VENV)/installed-[0-9]* && touch $@

$(INSTALLED_DEV): $(MADE)
	@echo "Installing requirements-dev.txt …"
	@$(PIP) -r requirements-dev.txt
	@rm -f $(VENV)/installed-* && touch $@ $(INSTALLED)
