# Each target sets up what it needs. PYTHON names a Python 3.11 or later.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo up test check bench frontend lock clean

demo: .venv/installed            ## a made-up borough, sixteen needs, about two minutes; nothing is left running
	$(BIN)/muster demo

up: .venv/installed              ## Muster on this machine, until Ctrl-C; other ports: make up ARGS="--port 8001 --prefect-port 4201"
	$(BIN)/muster up $(ARGS)

test: check                      ## everything: the fast part, then journeys through a real Prefect
	$(BIN)/python -m pytest -m journey

check: .venv/installed-test      ## the fast part: style, types, domain, store, notifications, web, stories
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not journey"

bench: .venv/installed-test      ## how fast, beside Prefect's own way
	$(BIN)/python -m benchmarks

.venv/installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/installed-test: .venv/installed requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-test.lock
	touch $@

lock:                            ## lock every version anew (needs uv)
	uv pip compile -q pyproject.toml --extra build --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 -o requirements.lock
	uv pip compile -q pyproject.toml --extra build --extra test -c requirements.lock --generate-hashes \
		--no-emit-index-url --no-header --python-version 3.11 -o requirements-test.lock

frontend:                        ## fetch the GOV.UK Design System's stylesheet anew (needs npm)
	$(PYTHON) -m web.vendoring

clean:
	rm -rf .venv .muster .muster-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
