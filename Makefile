# make demo   the main job on a real report          make test   all tests, with what they need
# make template   rebuild workbook_template.xlsm      make bench   speed, side by side
# make pictures   redraw docs/images
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test

.PHONY: demo test template bench pictures debian clean

demo: $(STAMP)
	$(BIN)/gongkai demo -o demo

test: $(TEST_STAMP) debian
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

template: $(STAMP)
	$(BIN)/python xlsx_addin/build.py

bench: $(TEST_STAMP)
	$(BIN)/python benchmarks/read.py

pictures: $(STAMP) debian
	$(BIN)/python docs/pictures.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): setup.cfg setup.py pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(TEST_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

# The live formulas are recalculated by a real spreadsheet program, and the sheets rendered with real fonts.
debian:
	@command -v soffice >/dev/null && command -v pdftoppm >/dev/null || sh .ci/install-debian

clean:
	rm -rf $(VENV) demo build dist python/*.egg-info
