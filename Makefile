PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check golden clean

demo: .venv/installed  ## Build the bundled sample and ask it three questions.
	@$(BIN)/kg build -o output
	@printf '\nWhich hardware reaches which MFU?  kg query results-by-metric -p metric=MFU\n\n'
	@$(BIN)/kg query results-by-metric -p metric=MFU
	@printf '\nWho works with ImageNet, and how?  kg query methods-by-dataset -p dataset=ImageNet\n\n'
	@$(BIN)/kg query methods-by-dataset -p dataset=ImageNet
	@printf '\nWhich datasets are new?  kg query introduced -p type=Dataset\n\n'
	@$(BIN)/kg query introduced -p type=Dataset
	@printf '\nThe picture: %s\nThe graph:   %s\nMore questions: %s queries\n' "$(CURDIR)/output/graph.html" "$(CURDIR)/output/graph.ttl" "$(BIN)/kg"

test: check  ## Run every check and every test.
	@$(BIN)/pytest

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
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
