# The workshop's commands. `make` alone lists them.
# Written for GNU Make 3.81, which is what macOS brings.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
UV := $(shell sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)
# make install WHEELS=folder installs from a folder that `make wheels` filled, without a network.
OFFLINE := $(if $(WHEELS),--no-index --find-links $(WHEELS))
SERVER ?= challenge
PORT_challenge := 4001
PORT_solution := 4002
PORT_attempt := 4000
# What `make check` and `make watch` look at, and what they say where nothing is.
CHECKED = $(or $(FOLDER),attempt)
IS_THERE = test -e "$(CHECKED)" || { echo "make: there is no $(CHECKED). make attempt copies challenge/ to attempt/, which is where to begin." >&2; exit 2; }

.PHONY: help install demo compare test check watch hint reset grade zoo faults mutants conformance stack-check doctor lint challenge solution attempt traces load notebook up down wheels lock clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 | \2/p' Makefile | column -t -s '|' 2>/dev/null \
	|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1: \2/p' Makefile

install: $(INSTALLED) ## set up .venv; WHEELS=folder does it offline
	@echo "Ready. Next: make demo, or make challenge."

$(INSTALLED): requirements.lock
	@test -n "$(PYTHON)" || { echo "make: Python 3.11, 3.12 or 3.13 is needed, and none was found. Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13), or name yours: make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "make: $(PYTHON) has no venv module. Install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check $(OFFLINE) "$(UV)"
	@$(VENV)/bin/uv pip install --quiet --python $(PY) $(OFFLINE) --require-hashes -r requirements.lock
	@touch $@

demo: $(INSTALLED) ## both servers under the same New Year's load: table, charts, report (2 minutes)
	@$(PY) -m load_test.demo

compare: $(INSTALLED) ## which of two servers is faster? A=challenge B=solution (3 minutes at most)
	@$(PY) -m load_test.compare $(or $(A),challenge) $(or $(B),$(if $(wildcard attempt),attempt,solution)) $(FLAGS)

test: $(INSTALLED) ## run the tests; SLOW=1 runs those that take long instead
	@$(PY) -m pytest $(if $(SLOW),-m slow)

check: $(INSTALLED) ## hold attempt/ against the checklist (20 s); FULL=1 with load and faults (5 minutes), FOLDER=path
	@$(IS_THERE)
	@$(PY) -m tests.checklist "$(CHECKED)" $(if $(FULL),--full) $(FLAGS)

watch: $(INSTALLED) ## the same after each save, as far as it matters; keys: h hint, a all, q quit
	@$(IS_THERE)
	@$(PY) -m tests.checklist.watch "$(CHECKED)" $(FLAGS)

hint: $(INSTALLED) ## one more hint for the first check that failed, or for CHECK=errors.recovers
	@$(PY) -m tests.checklist.hints $(CHECK) --folder "$(CHECKED)"

reset: $(INSTALLED) ## put a file of attempt/ back to the challenge's; FILE=data_manager.py
	@$(PY) -m tests.checklist.reset $(if $(FILE),"$(FILE)") $(FLAGS)

grade: $(INSTALLED) ## grade the folders and zips in SUBMISSIONS=folder; pages and a gradebook in OUT=grades
	@$(PY) -m tests.checklist --grade $(if $(SUBMISSIONS),"$(SUBMISSIONS)") --out "$(or $(OUT),grades)" $(FLAGS)

zoo: $(INSTALLED) ## is the grader right? grade answers made right and wrong on purpose (half an hour; FLAGS=--quick)
	@$(PY) -m tests.checklist.zoo $(FLAGS)

faults: $(INSTALLED) ## break things on purpose, and count which promises hold (25 minutes; FLAGS="--form short")
	@$(PY) -m tests.faults $(FLAGS)

mutants: $(INSTALLED) ## break the servers in fifty ways: every one must be caught (2 minutes)
	@$(PY) -m tests.variants $(FLAGS)

conformance: $(INSTALLED) ## hold a fresh Jaeger to what our trace store answers; JAEGER=http://localhost:16686
	@JAEGER=$(JAEGER) $(PY) -m pytest -p no:xdist tests/observability/trace_store/test_conformance.py -o addopts= -q

stack-check: $(INSTALLED) ## prove the stack without Docker: a real Prometheus, every query, every alert (2 minutes)
	@$(PY) -m tests.stack $(FLAGS)

doctor: $(INSTALLED) ## look whether this machine can run all this, and say what to do
	@$(PY) -m observability.doctor

lint: $(INSTALLED) ## check style and types
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

challenge: $(INSTALLED) ## run the slow server; open http://127.0.0.1:4001
	@echo "Open http://127.0.0.1:4001 to chat. Ctrl-C ends it. Next: make load, in another terminal."
	@$(PY) -m challenge $(FLAGS)

solution: $(INSTALLED) ## run the answer; open http://127.0.0.1:4002
	@echo "Open http://127.0.0.1:4002 to chat. Ctrl-C ends it. Next: make load SERVER=solution, in another terminal."
	@$(PY) -m solution $(FLAGS)

attempt: $(INSTALLED) ## copy challenge/ to attempt/, yours to change, once
	@if test -e attempt; then echo "attempt/ is there already, and stays as it is."; \
	else cp -R challenge attempt && rm -rf attempt/__pycache__ && echo "Copied challenge/ to attempt/: change it as attempt/README.md says."; fi
	@echo "Run it with $(PY) -m attempt and open http://127.0.0.1:4000. Next: make load SERVER=attempt, in another terminal."

traces: $(INSTALLED) ## run the trace store, where the servers send their spans; open http://127.0.0.1:16686
	@echo "Start a server in another terminal; its traces are at http://127.0.0.1:16686. Ctrl-C ends the store."
	@mkdir -p data && $(PY) -m observability.trace_store --db data/traces.db $(FLAGS)

load: $(INSTALLED) ## load a server with Locust, on http://127.0.0.1:8089; SERVER=solution, HEADLESS=1
	@test -n "$(HEADLESS)" || echo "Open http://127.0.0.1:8089 and start the load. Ctrl-C ends it."
	@$(PY) -m locust -f load_test/locustfile.py --host http://127.0.0.1:$(PORT_$(SERVER)) \
	$(if $(HEADLESS),--headless --users 40 --spawn-rate 20 --run-time 30s,--web-host 127.0.0.1) $(FLAGS)

notebook: $(INSTALLED) ## JupyterLab with the traces of a run, before and after; RUN=results/latest
	@$(PY) notebooks/lab.py $(RUN)

up: $(INSTALLED) ## start the whole stack with Docker: servers, Jaeger, Prometheus, Grafana; PROFILES="load notebook"
	@$(PY) -m observability.stack up $(foreach profile,$(PROFILES),--profile $(profile)) $(FLAGS)

down: $(INSTALLED) ## end it; FLAGS=--volumes drops what was stored, too
	@$(PY) -m observability.stack down $(FLAGS)

wheels: $(INSTALLED) ## fill wheels/ with all packages for this system and Python, for thirty people on bad wifi
	@$(PY) -m pip download --quiet --disable-pip-version-check --require-hashes -r requirements.lock -d wheels
	@echo "wheels/ is ready for $$($(PY) --version) on $$(uname -sm): copy it, then make install WHEELS=wheels."

lock: $(INSTALLED) ## write requirements.lock anew from requirements.in
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --upgrade requirements.in -o requirements.lock

clean: ## remove what can be made again: .venv, data, caches; attempt/ and results/ stay
	@rm -rf $(VENV) data wheels .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './attempt/*' -type d -prune -exec rm -rf {} +
	@echo "Removed .venv, data, wheels and caches. attempt/ and results/ are still there, if they were."
