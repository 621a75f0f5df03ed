# Each target sets up what it needs. PYTHON names a Python 3.11 or later.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo up test check standins chromium screenshots bench frontend messages lock clean

demo: .venv/installed            ## a made-up borough, sixteen needs, about two minutes; nothing is left running
	$(BIN)/muster demo

up: .venv/installed              ## Muster on this machine, until Ctrl-C; other ports: make up ARGS="--port 8001 --prefect-port 4201"
	$(BIN)/muster up $(ARGS)

test: check chromium             ## everything: the fast part, pages in a real browser, journeys through a real Prefect
	$(BIN)/python -m pytest -n auto --dist loadfile -m browser
	$(BIN)/python -m pytest -m journey

check: .venv/installed-test standins  ## the fast part: style, types, domain, store, notifications, web, stories
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not journey and not browser"

standins: .standins/ministack/installed .standins/dynamodb-local/tried .standins/nu/tried  ## what stands in for AWS in the tests, and a checker of pages

# In an environment of its own: it wants other versions than we do.
.standins/ministack/installed: tests/standins/requirements.lock
	test -x .standins/ministack/bin/python || $(PYTHON) -m venv .standins/ministack
	.standins/ministack/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	touch $@

# AWS's own DynamoDB Local, as npm has it. Without npm or Java its tests are skipped, and say so.
DYNAMODB_LOCAL := amplify-dynamodb-simulator-2.9.30.tgz
DYNAMODB_LOCAL_SHA256 := 3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9
.standins/dynamodb-local/tried:
	mkdir -p $(@D)
	cd $(@D) && { command -v java npm >/dev/null \
		&& npm pack --silent $(subst -2.9,@2.9,$(basename $(DYNAMODB_LOCAL))) >/dev/null 2>&1 \
		&& echo "$(DYNAMODB_LOCAL_SHA256)  $(DYNAMODB_LOCAL)" | sha256sum --check --quiet \
		&& tar xzf $(DYNAMODB_LOCAL) --strip-components 2 package/emulator && rm $(DYNAMODB_LOCAL); } \
		|| echo "NO DYNAMODB LOCAL: it could not be fetched, or there is no Java, so the store is not put to it."
	touch $@

# The Nu checker, as npm has it: the markup of every page is put to it. Without npm or Java that test is skipped, and says so.
NU := vnu-jar-26.9.27.tgz
NU_SHA256 := 5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7
.standins/nu/tried:
	mkdir -p $(@D)
	cd $(@D) && { command -v java npm >/dev/null \
		&& npm pack --silent $(subst -26,@26,$(basename $(NU))) >/dev/null 2>&1 \
		&& echo "$(NU_SHA256)  $(NU)" | sha256sum --check --quiet \
		&& tar xzf $(NU) --strip-components 3 package/build/dist/vnu.jar && rm $(NU); } \
		|| echo "NO NU CHECKER: it could not be fetched, or there is no Java, so the markup of pages is not checked."
	touch $@

chromium:                        ## a browser for tests and pictures, if it may be installed; without one those tests are skipped
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && timeout 300 sh -c \
		'apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium' >/dev/null; } \
		|| echo "NO BROWSER: chromium is not installed and cannot be installed here, so no page is looked at."

screenshots: .venv/installed-test chromium  ## pictures of every page, of a made-up town, into docs/screenshots/
	$(BIN)/python -m tests.browser.screenshots

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
	uv pip compile -q tests/standins/requirements.in --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 -o tests/standins/requirements.lock

frontend:                        ## fetch the GOV.UK Design System's stylesheet anew (needs npm)
	$(PYTHON) -m web.vendoring

WORDS := -k N_ -k Refusal:2 -k FormBroken:2 --add-location=file --project=Muster --copyright-holder="the authors of Muster"

messages: .venv/installed-test   ## collect the words of the public pages for translators; compile what they have finished
	$(BIN)/pybabel -q extract -F web/locale/babel.cfg $(WORDS) -c "For translators:" -o web/locale/muster.pot web domain
	$(BIN)/pybabel -q update --ignore-pot-creation-date --no-fuzzy-matching -D muster -i web/locale/muster.pot -d web/locale
	$(BIN)/pybabel -q compile -D muster -d web/locale

clean:                           ## all that was installed or made here, but not .muster: that holds your needs and keys
	rm -rf .venv .standins .muster-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
