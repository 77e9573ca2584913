.PHONY: demo test check clean

PYTHON ?= python3
BIN := .venv/bin

demo: .venv/installed
	@$(BIN)/kg build -o output
	@$(BIN)/kg demo -o output 2>/dev/null || true

test: .venv/installed-dev check
	@$(BIN)/pytest -q

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog --check README.md

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv dist build
