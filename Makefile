# Commands of the regional innovation simulator. Only the set-up of .venv and `make lock`
# use the network. For a fresh set-up, remove .venv.

.PHONY: run test check baseline reference bench lock clean python
.DELETE_ON_ERROR:

PY := .venv/bin/python
PIP := $(PY) -m pip -qq --disable-pip-version-check install --no-deps
LOCKED := --require-hashes --only-binary :all:

# Sets $$python to a Python 3.12 that runs and can make a virtual environment.
FIND_PYTHON = python=; for p in "$$PYTHON" python3.12 python3 python \
	"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.12*/bin/python \
	"$${UV_PYTHON_INSTALL_DIR:-$$HOME/.local/share/uv/python}"/cpython-3.12*/bin/python3.12 \
	"$$HOME"/.asdf/installs/python/3.12*/bin/python \
	"$$HOME"/.local/share/mise/installs/python/3.12*/bin/python; do \
	"$$p" -c "import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != (3, 12))" \
	2> /dev/null && { python=$$p; break; }; done; \
	[ -n "$$python" ] || { echo "Python 3.12 is needed: install python3.12 and python3.12-venv, \
	or run: pyenv install 3.12" >&2; exit 1; }

run: .venv/.ready
	@$(PY) -m sim experiment=five_plans $(ARGS)

test: check
	@$(PY) -m pytest -q -n 2

check: .venv/.ready
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet . || { echo "Not formatted; see: ruff format --diff ."; exit 1; }
	@$(PY) -m mypy

# For a change that is meant to move results; see tests/test_baseline.py.
baseline: .venv/.ready
	@$(PY) tests/test_baseline.py

# After a change of what docs/reference shows: levers, indicators, kinds, numbers, columns.
reference: .venv/.ready
	@$(PY) experiments/reference_tables.py

# Which process takes longer than when docs/benchmark was written; on a machine that is idle.
bench: .venv/.ready
	@$(PY) experiments/benchmark.py quick=true check=docs/benchmark/guard.json

# antlr4-python3-runtime exists only as source, and setuptools, itself locked, builds it.
.venv/.ready: requirements.lock pyproject.toml
	@echo "Setting up .venv (a few minutes at most)"
	@$(FIND_PYTHON); "$$python" -m venv .venv
	@sed -n '/^setuptools==/,/[^\\]$$/p' requirements.lock > .venv/setuptools.lock
	@$(PIP) $(LOCKED) -r .venv/setuptools.lock
	@$(PIP) $(LOCKED) --no-binary antlr4-python3-runtime --no-build-isolation --use-pep517 \
		-r requirements.lock
	@$(PIP) --no-build-isolation -e .
	@touch $@

python:
	@$(FIND_PYTHON); echo "$$python"

# Keeps the pinned versions where it can; `make lock LOCK_ARGS=--upgrade` takes the newest.
lock:
	@$(FIND_PYTHON); "$$python" -m venv .cache/lock
	@.cache/lock/bin/python -m pip -qq --disable-pip-version-check install uv
	@.cache/lock/bin/python -m uv pip compile --quiet --no-config --universal --python-version 3.12 \
		--python .cache/lock/bin/python --generate-hashes --no-header --no-annotate \
		--extra dev $(LOCK_ARGS) --output-file requirements.lock pyproject.toml
	@! grep -nE '://|^-' requirements.lock

clean:
	@rm -rf .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
