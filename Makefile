# Targets, on a machine with git, make and python3 (3.11 or newer):
#   make audit              find keys in this repository; another one: make audit REPO=../other
#   make test               everything that CI runs: lint, unit and integration
#   make unit               unit tests alone, in under two minutes
#   make integration        tests that run the command, git or a server
#   make test-bare          unit and e2e tests without hyperscan, isal and backports.zstd
#   make test-spawn         unit and e2e tests with processes that are spawned, as on macOS
#   make docs               the documentation as a site: build/docs/index.html
#   make bench              speed beside other scanners; their options: make bench ARGS="--rounds 5"
#   make demo               from a leak to a revoked key, with a mock API: build/demo.html
#   make demo-repair        from a blocked commit to a clean history, with the real tools

PYTHON ?= python3
VENV ?= .venv
REPO ?= .
BIN = $(VENV)/bin
INSTALLED = $(VENV)/.installed
READY = $(VENV)/.ready
NATIVE = $(VENV)/.native
PIP_OPTIONS = --quiet --disable-pip-version-check
DATABASES = wakeyscan/scanner/prefilter/_databases

# Without compiled modules, each of thousands of processes would compile them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: audit test test-bare test-spawn demo demo-repair docs lint lint-native unit integration bench clean

audit: $(INSTALLED) $(NATIVE)
	$(BIN)/wakeyscan audit "$(REPO)"

test: lint docs unit integration

demo: $(READY)
	$(BIN)/python -m demo.run build/demo.html

demo-repair: $(READY)
	$(BIN)/python -m demo.repair

lint: $(READY) lint-native
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/wakeyscan rules test
	$(BIN)/zizmor --offline --no-progress --quiet .
	$(BIN)/wakeyscan scan .
	git ls-files -z | xargs -0 $(BIN)/wakeyscan hook pre-commit --

lint-native: $(READY)
	@$(BIN)/python native/check.py

# Strict: a broken link fails, and so does a page that is in no menu.
docs: $(READY)
	$(BIN)/sphinx-build -q -W --keep-going -E docs build/docs

unit: $(READY) $(NATIVE)
	$(BIN)/pytest -n auto --durations=15 tests/unit $(ARGS)

integration: $(READY) $(NATIVE) $(DATABASES)
	$(BIN)/pytest -n auto --dist worksteal --durations=15 tests/integration tests/e2e tests/architecture $(ARGS)

test-bare: export PYTHON_WITHOUT = hyperscan isal backports wakeyscan_native
test-spawn: export PYTHON_START_METHOD = spawn
test-bare test-spawn: $(READY)
	PYTHONPATH="$(CURDIR)/tests/support/python_start" \
	  $(BIN)/pytest -n auto --durations=15 tests/unit tests/e2e tests/integration $(ARGS)

# Without ensurepip (stock Debian), the outer pip installs into the environment.
define install
	test -d $(VENV)/lib || $(PYTHON) -m venv $(VENV) || $(PYTHON) -m venv --without-pip $(VENV)
	test -x $(BIN)/pip && $(BIN)/python -m pip install $(PIP_OPTIONS) -e '$(1)' \
	  || $(PYTHON) -m pip --python $(BIN)/python install $(PIP_OPTIONS) -e '$(1)'
	$(BIN)/python -m compileall -q wakeyscan
	touch $(INSTALLED)
endef

# An audit needs no tools for tests.
$(INSTALLED): pyproject.toml hatch_build.py
	$(call install,.)

$(READY): pyproject.toml hatch_build.py
	$(call install,.[test])
	touch $@

# The native core is optional: cargo and its registry build it where they are at hand.
$(NATIVE): $(INSTALLED) $(wildcard native/Cargo.* native/pyproject.toml native/src/*)
	@$(BIN)/python native/build.py $(PYTHON)
	@touch $@

# A wheel has these; a checkout that has none compiles them at each start.
$(DATABASES): $(READY) $(wildcard rules/* wakeyscan/decoders/* wakeyscan/decoders/*/* wakeyscan/scanner/prefilter/*.py)
	$(BIN)/python hatch_build.py
	mkdir -p $@ && touch $@

# A wheel, as users have it: a checkout reads its rules at each start.
bench: $(READY)
	rm -rf build/bench && $(PYTHON) -m venv build/bench
	build/bench/bin/pip install $(PIP_OPTIONS) .
	$(BIN)/python -m benchmarks --wakeyscan "$(CURDIR)/build/bench/bin/wakeyscan" $(ARGS)

clean:
	rm -rf $(VENV) $(DATABASES) dist build native/target
