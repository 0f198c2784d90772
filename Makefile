# What a new user types: make demo, make test. Both bring what they need; nothing is installed outside this folder.
.DEFAULT_GOAL := help
.PHONY: help install demo test chaos fuzz lint clean

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv 2>/dev/null),.tools/uv/bin/uv)
# Node.js comes from a wheel where the machine has none that the Playground can use.
NODE_MAJOR := $(shell node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
NODE := $(shell [ "$(or $(NODE_MAJOR),0)" -ge 18 ] && command -v npm >/dev/null || echo --extra node)
# Processes that start other processes are slow where nobody may keep compiled modules; an empty value allows it.
export PYTHONDONTWRITEBYTECODE =
# --inexact: 'make demo' after 'make test' does not take the tests' packages away again.
SYNC := $(UV) sync --locked --inexact --quiet

help:
	@echo 'make demo     a company, the bot and a Teams-like chat on this machine; opens a browser. make demo ARGS="--as UPN"'
	@echo 'make test     install what the tests need and run them side by side. make test ARGS="-k words"'
	@echo 'make install  prepare .venv alone; then .venv/bin/sync-desk --help'
	@echo 'make chaos    the long kill test: replicas of the service are killed while people talk to them. make chaos ARGS="--trial kills --replicas 1"'
	@echo 'make fuzz     the long run of spoiled activities against the whole service. make fuzz ARGS="--examples 10000 --seed 1"'
	@echo 'make lint     style, types and import directions'
	@echo 'make clean    remove what these commands made here, the demo company included'

install: $(UV) python
	@$(SYNC) --no-default-groups --group demo $(NODE)

demo: install
	@exec .venv/bin/sync-desk demo $(ARGS)

test: $(UV) python
	@$(SYNC) --group dev $(NODE)
	@beside=0; .venv/bin/python -m pytest -n auto --dist loadscope $(ARGS) -m 'not alone' || beside=$$?; \
	alone=0; .venv/bin/python -m pytest $(ARGS) -m alone || alone=$$?; \
	case $$beside-$$alone in 0-0|0-5|5-0) ;; *) exit 1 ;; esac  # 5: ARGS left nothing to this pass

# Real processes killed at bad moments; the short form is among the tests.
chaos: $(UV) python
	@$(SYNC) --group dev $(NODE)
	@exec .venv/bin/python -m tests.chaos $(ARGS)

# Everything that Teams may send, spoiled; the short form is among the tests.
fuzz: $(UV) python
	@$(SYNC) --group dev $(NODE)
	@exec .venv/bin/python -m tests.attacks.fuzz $(ARGS)

lint: $(UV) python
	@$(SYNC) --group dev $(NODE)
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

clean:
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	@rm -rf .venv .tools .sync-desk artifacts dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The interpreter that Sync Desk runs on; uv itself starts on any. Where there is none, uv is asked to bring one.
.PHONY: python
python: $(UV)
	@$(UV) python find --quiet --no-python-downloads >/dev/null 2>&1 || $(UV) python install --quiet 3.13 2>/dev/null || \
		{ echo 'Sync Desk runs on Python 3.11, 3.12 or 3.13, and none of them is here: please install one of them.' >&2; exit 1; }

.tools/uv/bin/uv:
	@command -v $(PYTHON) >/dev/null || \
		{ echo 'Python 3.11, 3.12 or 3.13 is needed, and there is no $(PYTHON): please install it.' >&2; exit 1; }
	@rm -rf .tools/uv && mkdir -p .tools
	@{ $(PYTHON) -m venv .tools/uv && .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)'; } >.tools/log 2>&1 \
		|| { rm -rf .tools/uv && $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools/uv 'uv==$(UV_VERSION)'; } >>.tools/log 2>&1 \
		|| { tail -n 3 .tools/log >&2; echo 'uv could not be installed: Python needs its venv or pip module (on Debian: apt-get install python3-venv).' >&2; exit 1; }
