# Commands of the regional innovation simulator. Only the set-up of .venv and `make lock`
# use the network. For a fresh set-up, remove .venv; PYTHON= says with which Python.

.PHONY: run test check baseline reference bench lock clean python
.DELETE_ON_ERROR:

PY := .venv/bin/python
PIP := $(PY) -m pip -qq --disable-pip-version-check install --no-deps
LOCKED := --require-hashes --only-binary :all:

# All that the locked packages have wheels for; the first that is found is taken.
PYTHONS := 3.12 3.13 3.14
FITS := import sys, sysconfig, ensurepip, venv; sys.exit( \
	"%d.%d" % sys.version_info[:2] not in "$(PYTHONS)".split() \
	or bool(sysconfig.get_config_var("Py_GIL_DISABLED")))
PLACES = python$(1) \
	"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$(1).*/bin/python \
	"$${UV_PYTHON_INSTALL_DIR:-$$HOME/.local/share/uv/python}"/cpython-$(1).*/bin/python$(1) \
	"$$HOME"/.asdf/installs/python/$(1).*/bin/python \
	"$$HOME"/.local/share/mise/installs/python/$(1).*/bin/python

# Sets $$python to one that runs and can make a virtual environment; that of PYTHON= or none.
FIND_PYTHON = python=; for p in $(if $(PYTHON),"$$PYTHON",\
	$(foreach version,$(PYTHONS),$(call PLACES,$(version))) python3 python); do \
	"$$p" -c '$(FITS)' 2> /dev/null && { python=$$p; break; }; done; \
	[ -n "$$python" ] || { echo "$(if $(PYTHON),PYTHON=$(PYTHON) does not fit. )One of Python \
	$(PYTHONS) is needed, with venv and not free-threaded. Debian and Ubuntu: apt-get install \
	python3 python3-venv; macOS: brew install python@3.13; anywhere: uv python install 3.13" >&2; \
	exit 1; }

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
	@$(FIND_PYTHON); "$$python" -m venv --clear .venv
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
