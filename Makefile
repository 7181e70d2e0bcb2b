# Every target works from a bare clone: it first brings what it needs up to date, and what is
# already up to date is left alone. Needed on the machine: Python >= 3.11, Node.js >= 20, make.

PORT ?= 8000
# Extra words for pytest, for instance: make test ARGS="tests/unit -k cookie"
ARGS ?=
# The engines that tests run in: all of them in Chromium, a selection in the others (tests/browser/lanes.py).
ENGINES ?= chromium firefox webkit
# One engine for all tests, for instance: ENGINE=firefox make test ARGS=tests/browser/test_fetch.py
ENGINE ?=
export ENGINE ENGINES
# Whole files to each process in their order (tests/conftest.py): browser tests last, and sharing their
# pages.
PARALLEL ?= -n auto --maxprocesses=4 --dist=loadscope --no-loadscope-reorder
# The Python that makes .venv.
PYTHON ?= python3

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PY := .venv/bin/python
BIN := node_modules/.bin

# ---- what is done, told by a file in the folder in question -------------------------------------
VENV := .venv/.done-packages
PROJECT := .venv/.done-project
NPM := node_modules/.done
TABLE := build/decision_table.json
SHIM := js_shim/dist/supertokens.iife.js
TYPES := js_shim/types/index.d.ts
WHEEL := build/wheel/.done
PYODIDE_WHEELS := build/wheels/.done
TEST_WHEELS := build/test_wheels/.done
VENDOR := build/vendor/.done
NPM_WHEELS := js_shim/wheels/packages.json
NPM_PACKAGE := build/npm/supertokens-pyodide.tgz
PATHS := tests/paths/node_modules/.done
PYODIDES := tests/paths/pyodide_versions/node_modules/.done
WEBSITE := build/supertokens-website/supertokens-website.js
CHROMIUM := build/chromium
BROWSERS := build/browsers
UV := build/uv/bin/uv
RELEASE_TOOLS := build/release-tools/.done
TYPEDOC := tools/typedoc/node_modules/.done
TYPESCRIPT_PAGES := build/typedoc/.done
SITE := build/site/.done

# No index and no path in the output, so that the files are the same wherever they are made.
UV_COMPILE := --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Folders too: theirs is the change when a file goes.
PY_SOURCES := $(shell find py_frontend -name __pycache__ -prune -o -print)
JS_SOURCES := $(shell find js_shim/src)
DOCS_SOURCES := $(shell find docs -mindepth 1 -name __pycache__ -prune -o -print) $(wildcard *.md)

# The folders whose spelling is checked.
SPELLED := demo docs js_shim/cli js_shim/src py_frontend tests tools

# ---- what you run --------------------------------------------------------------------------------
.PHONY: help setup demo test bench check docs docs-serve format settings build release vendor vectors lock clean distclean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(PROJECT) $(NPM) ## install the Python and npm packages into .venv and node_modules

demo: $(PROJECT) $(VENDOR) ## serve the demo on http://localhost:$(PORT), PORT=8000
	@exec $(PY) tools/foreground.py -m demo --port $(PORT) --provider

test: $(PROJECT) $(VENDOR) $(TEST_WHEELS) $(NPM_PACKAGE) $(TYPES) $(PATHS) $(PYODIDES) $(SITE) $(BROWSERS) ## run all tests; ARGS="..." goes to pytest
	@$(PY) -m pytest $(PARALLEL) $(ARGS)

bench: $(PROJECT) $(VENDOR) $(WEBSITE) $(CHROMIUM) ## measure us beside supertokens-website; writes build/bench.json
	@$(PY) -m tests.bench.run

docs: $(SITE) ## build the documentation site in build/site; a broken link fails

docs-serve: $(PROJECT) $(TYPESCRIPT_PAGES) ## show the documentation site on http://localhost:$(PORT), PORT=8000
	@$(PY) -m mkdocs serve --dev-addr localhost:$(PORT)

check: $(PROJECT) $(NPM) $(SHIM) $(TYPES) docs ## lint, format and type checks, Python and JavaScript
	$(PY) tools/check_versions.py
	$(PY) tools/publishing.py
	$(PY) -m codespell_lib *.md $(SPELLED)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(BIN)/tsc --project tsconfig.json
	$(BIN)/tsc --project tests/types
	$(BIN)/biome check --error-on-warnings
	node tests/vectors/make_vectors.mjs --check
	@rm -rf build/packed && mkdir -p build/packed
	@npm pack --silent --pack-destination build/packed > /dev/null
	$(BIN)/publint run --strict build/packed/*.tgz
	$(BIN)/attw --quiet --profile esm-only build/packed/*.tgz

format: $(PROJECT) $(NPM) ## format the sources and repair what linters can repair
	$(PY) -m ruff check --fix-only
	$(PY) -m ruff format
	$(BIN)/biome check --write

settings: $(PROJECT) ## write the publisher's settings (pyproject.toml) to where they are repeated
	$(PY) tools/publishing.py --write

build: $(PROJECT) $(SHIM) $(TYPES) $(NPM_WHEELS) ## make the wheel, the sdist and the npm package in build/dist
	@rm -rf build/dist && mkdir -p build/dist
	$(PY) -m hatchling build -d build/dist
	npm pack --silent --pack-destination build/dist
	@ls -l build/dist

release: check build $(RELEASE_TOOLS) $(PYODIDE_WHEELS) ## build, check and list all that a release has; publishes nothing
	$(PY) -m tools.release

vendor: $(VENDOR) ## assemble build/vendor, the files a page needs to run without a CDN

vectors: $(NPM) ## write tests/vectors: what supertokens-website does, to hold our core to it
	@node tests/vectors/make_vectors.mjs

lock: $(UV) ## pin the newest Python and npm packages that the requirements allow
	$(UV) pip compile $(UV_COMPILE) --python-version 3.11 --universal pyproject.toml \
	  --group demo --group test --group lint --group build --group docs -o requirements.lock
	$(UV) pip compile $(UV_COMPILE) --python-version 3.14 tools/wheels.in -o tools/wheels.lock
	$(UV) pip compile $(UV_COMPILE) --python-version 3.14 --python-platform wasm32-pyodide2025 \
	  tools/test_wheels.in -o tools/test_wheels.lock
	$(UV) pip compile $(UV_COMPILE) --python-version 3.11 --universal tools/release.in -o tools/release.lock
	npm install --package-lock-only --ignore-scripts
	npm install --package-lock-only --ignore-scripts --prefix tests/paths
	npm install --package-lock-only --ignore-scripts --prefix tools/typedoc
	npm install --package-lock-only --ignore-scripts --prefix tests/paths/pyodide_versions

clean: ## remove what was built, keep what was installed
	rm -rf build js_shim/dist js_shim/types js_shim/wheels

distclean: clean ## remove everything generated
	rm -rf .venv node_modules tools/typedoc/node_modules tests/paths/node_modules tests/paths/pyodide_versions/node_modules

# ---- how it is done ------------------------------------------------------------------------------
# --no-deps: the file names every package, and older pips look for the newest of one that another asks
# for with an extra.
$(VENV): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make PYTHON=python3.12")'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "installing Python packages"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@

# The project itself, editable: py_frontend is then on the path of .venv.
$(PROJECT): $(VENV) pyproject.toml tools/hatch_build.py | py_frontend/README.md
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(NPM): package-lock.json .npmrc
	@echo "installing npm packages"
	@npm ci --ignore-scripts --loglevel=error
	@touch $@

# What the core answers at once, for the shim until Python has started.
$(TABLE): $(PROJECT) $(wildcard tools/decision_*.py) $(PY_SOURCES)
	@$(PY) -m tools.decision_table $@

$(SHIM): $(NPM) package.json tools/build_shim.mjs $(TABLE) $(JS_SOURCES)
	@node tools/build_shim.mjs
	@touch $@

$(TYPES): $(NPM) tsconfig.json tsconfig.types.json tools/roll_types.mjs js_shim/constants.d.ts $(JS_SOURCES)
	@rm -rf build/types
	@$(BIN)/tsc --project tsconfig.types.json
	@node tools/roll_types.mjs
	@touch $@

$(WHEEL): $(PROJECT) $(SHIM) pyproject.toml LICENSE $(PY_SOURCES)
	@rm -rf build/wheel
	@$(PY) -m hatchling build --target wheel -d build/wheel
	@touch $@

# Wheels of other projects that the browser needs, pinned by hash: a site's, and those of tests alone.
$(PYODIDE_WHEELS): tools/wheels.lock
$(TEST_WHEELS): tools/test_wheels.lock
$(PYODIDE_WHEELS) $(TEST_WHEELS): $(VENV)
	@rm -rf $(@D)
	@$(PY) -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
	  --python-version 3.14 --implementation py --abi none --platform any -r tools/$(notdir $(@D)).lock -d $(@D)
	@touch $@

$(VENDOR): $(NPM) $(SHIM) $(WHEEL) $(PYODIDE_WHEELS) tools/vendor.py
	@$(PY) tools/vendor.py
	@touch $@

$(NPM_WHEELS): $(WHEEL) $(PYODIDE_WHEELS) tools/npm_wheels.py tools/vendor.py
	@$(PY) -m tools.npm_wheels

# The npm package as it is published, for the tests that install it.
$(NPM_PACKAGE): $(SHIM) $(TYPES) $(NPM_WHEELS) package.json CHANGELOG.md README.md $(wildcard js_shim/cli/*)
	@rm -rf $(@D) && mkdir -p $(@D)
	@npm pack --silent --pack-destination $(@D) > /dev/null
	@mv $(@D)/supertokens-pyodide-*.tgz $@

# Bundlers and frameworks that applications are built with in tests/paths, pinned there.
$(PATHS): tests/paths/package-lock.json tests/paths/.npmrc
	@echo "installing bundlers for tests"
	@npm ci --ignore-scripts --loglevel=error --prefix tests/paths
	@touch $@

# Older versions of Pyodide that the wheel is tried on.
$(PYODIDES): tests/paths/pyodide_versions/package-lock.json tests/paths/pyodide_versions/.npmrc
	@echo "installing older versions of Pyodide for tests"
	@npm ci --ignore-scripts --loglevel=error --prefix tests/paths/pyodide_versions
	@touch $@

# TypeDoc, with the TypeScript that it needs.
$(TYPEDOC): tools/typedoc/package-lock.json tools/typedoc/.npmrc
	@echo "installing TypeDoc"
	@npm ci --ignore-scripts --loglevel=error --prefix tools/typedoc
	@touch $@

$(TYPESCRIPT_PAGES): $(TYPEDOC) $(TYPES) tools/typedoc/typedoc.json tools/typedoc/tsconfig.json
	@tools/typedoc/node_modules/.bin/typedoc --options tools/typedoc/typedoc.json
	@touch $@

# Without --quiet, with which mkdocs ignores `strict`.
$(SITE): $(PROJECT) $(TYPESCRIPT_PAGES) mkdocs.yml tools/docs_hooks.py tools/tutorial.py pyproject.toml $(DOCS_SOURCES) $(PY_SOURCES)
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build > build/docs.log 2>&1 || { cat build/docs.log; exit 1; }
	@touch $@

# supertokens-website for pages, which we are compared with.
$(WEBSITE): $(NPM) tools/bundle_website.mjs
	@node tools/bundle_website.mjs
	@touch $@

# Asked every time, since a browser may come or go; installs them if it can.
.PHONY: $(CHROMIUM) $(BROWSERS)
$(CHROMIUM): $(VENV)
	@$(PY) tools/browsers.py chromium
$(BROWSERS): $(VENV)
	@$(PY) tools/browsers.py $(or $(ENGINE),$(ENGINES))

# In an environment of their own: nothing else needs them.
$(RELEASE_TOOLS): tools/release.lock
	@rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	@echo "installing the tools for a release"
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tools/release.lock
	@touch $@

$(UV):
	$(PYTHON) -m venv build/uv
	build/uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
