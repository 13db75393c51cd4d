# Two commands do everything: `make report` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := reports/out/sample

.PHONY: report spark parity test lint format bench install constraints clean help

help:
	@echo "make report   install, judge data_samples/, say where the page is"
	@echo "make test     install, check style and types, run the tests"
	@echo "make parity   hold Spark's report on data_samples/ against DuckDB's (some minutes; needs Java)"
	@echo "make bench    time it on large invented extracts (QUICK=1: small ones)"
	@echo "make format   put the code into its standard form"

report: install
	@$(BIN)/um report data_samples --out $(OUT)

test: install spark lint
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

parity: install spark
	$(BIN)/python -m pytest -m long

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(VENV)/.installed

# Exact versions and hashes first, then the package itself without asking for anything more.
$(VENV)/.installed: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, found " + sys.version.split()[0])'
	@echo "Installing into $(VENV) (about a minute the first time) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# PySpark (400 MB) is for the tests that hold Spark against DuckDB, and only where there is a Java to run it.
spark: install
	@if command -v java >/dev/null && [ ! -e $(VENV)/.spark-installed -o constraints-spark.txt -nt $(VENV)/.spark-installed ]; then \
		echo "Installing PySpark for its tests ..."; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r constraints-spark.txt \
		&& touch $(VENV)/.spark-installed; fi

# Renew the exact versions from the ranges in pyproject.toml (needs uv).
constraints:
	printf 'hatchling>=1.27\neditables>=0.5\n' | uv pip compile --quiet --universal --generate-hashes \
		--python-version 3.11 --no-emit-index-url --no-annotate --no-header --extra notebook --extra postgres --extra dev pyproject.toml - \
		-o constraints.txt
	printf 'pyspark[connect]>=4.3,<5\n' | uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-annotate --no-header -c constraints.txt - \
		| awk 'NR == FNR { if (/^[a-z0-9]/) { split($$1, a, "=="); seen[a[1]] = 1 } next } \
			/^[a-z0-9]/ { split($$1, a, "=="); keep = !(a[1] in seen) } keep' constraints.txt - > constraints-spark.txt

# Large invented extracts, timed: writes docs/performance.md (QUICK=1 for small sizes; SPARK_PYTHON to compare PySpark).
bench: install
	$(BIN)/python -m tests.benchmarks.run $(if $(QUICK),--quick) $(if $(SPARK_PYTHON),--spark-python $(SPARK_PYTHON))

clean:
	rm -rf $(VENV) reports/out .pytest_cache .mypy_cache .ruff_cache .hypothesis
