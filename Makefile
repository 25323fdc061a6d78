# Waypost. `make run` starts everything; README tells the rest.
# Needs Python 3.11 with venv; `make test` also Chromium. All is written to .venv/, build/ and
# DATA_DIR (default var/).

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LOCKED := .venv/installed.lock
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
CHROMIUM := /usr/bin/chromium
# The locks name every package. Were pip to resolve again, the release of the day of a package that
# another wants with an extra would be refused for its missing hash.
PIP_LOCKED := $(BIN)/python -m pip install --no-deps --require-hashes --only-binary :all:
# Tests wait for browsers, workers and clocks: one process more than cores keeps these busy.
PROCESSES ?= $(shell expr $$(nproc) + 1)
# The static gate looks at the settings of a real installation, in a folder of its own.
CHECK_ENV := DATA_DIR=build/check ORIGIN=https://waypost.example.org
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --only-binary :all:

.DEFAULT_GOAL := help
.PHONY: help install run test check bench soak lock messages chromium screenshots pictures weights walk

help:
	@echo "make run      install, and start the portal (the first time with a demo in it)"
	@echo "make test     every test, the journeys in a real browser too"
	@echo "make check    linters, types, import contracts, missing migrations, deployment check"
	@echo "make bench    times of the heaviest pages, imports and searches"
	@echo "make soak     races, kills and mutations in full"
	@echo "make install  packages into .venv/"
	@echo "make messages new strings into the Arabic catalogue (needs Debian's gettext)"
	@echo "make screenshots  README's pictures, of the demo"
	@echo "make pictures DIR=folder [ROUTE=part] [ROLE=name]  every page as each role"
	@echo "make walk     every page in a browser: axe, widths, longer words (long)"
	@echo "make weights  bytes on the wire and time to the largest paint on 3G, of every page"
	@echo "make lock     write the lock files anew from requirements/*.in"

install: $(LOCKED) $(CATALOGUES)

$(LOCKED): requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "Waypost needs Python 3.11 with venv: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@cmp -s $< $@ || { echo "Installing packages into .venv/ (some minutes the first time)" \
		&& $(PIP_LOCKED) --quiet --no-input --disable-pip-version-check --no-cache-dir \
			--requirement $<; }
	@cp $< $@

%.mo: %.po $(LOCKED)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ \
		--locale $(word 2,$(subst /, ,$<))

run: install
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_reference
	@test -n "$$DATABASE_URL" || $(BIN)/python manage.py demo --if-empty
	@exec $(BIN)/python manage.py portal

test: install chromium
	@$(BIN)/pytest --quiet --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

chromium:
	@test -x $(CHROMIUM) || { echo "The journeys need Chromium: apt-get install -y chromium"; exit 1; }

check: install
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(CHECK_ENV) $(BIN)/mypy .
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/lint-imports
	@$(CHECK_ENV) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(CHECK_ENV) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: install
	@$(BIN)/python -m benchmarks

soak: install chromium
	@SOAK=1 $(BIN)/pytest -m soak

screenshots: install chromium
	@mkdir -p docs/images
	@$(BIN)/python -m tests.journeys.screenshots docs/images

pictures: install chromium
	@test -n "$(DIR)" || { echo "Say where to: make pictures DIR=folder"; exit 1; }
	@$(BIN)/python -m tests.journeys.pictures "$(DIR)" "$(ROUTE)" "$(ROLE)"

walk: install chromium
	@$(BIN)/pytest --quiet tests/journeys/every_page.py

weights: install chromium
	@$(BIN)/python -m tests.journeys.weights

messages: install
	@$(BIN)/python manage.py makemessages --locale ar --no-location --no-obsolete \
		--ignore .venv --ignore build --ignore tests
	@sed -i '/^"POT-Creation-Date/d' locale/ar/LC_MESSAGES/django.po

lock: $(LOCKED)
	@$(COMPILE) requirements/base.in --output-file requirements/base.lock
	@$(COMPILE) requirements/dev.in --output-file requirements/dev.lock
