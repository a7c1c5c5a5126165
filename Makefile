# `make chat` and `make test` do all of the set-up. Every step leaves a file behind once it is done: a second call
# skips it, and an interrupted one is repeated.

# What a call may name, as in `make chat PORT=7861`:
# PORT=7861  another port for the chat than 7860
# PYTHON=python3.12  another Python, 3.11 or newer, to set up the environment with
# TORCH_INDEX=URL  where pip finds torch without CUDA on Linux; empty: the usual package index
# DATA=FOLDER  where the benchmarks of others lie, for make bench
# LIMIT=100  questions of each benchmark, drawn evenly from their kinds: a hundred take a quarter of an hour

PYTHON ?= python3
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# llama.cpp without its image part: a quarter fewer files to compile.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TORCH := $(shell sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' pyproject.toml)

CREATED := .venv/created.stamp
LOCKED := .venv/locked.stamp
INSTALLED := .venv/installed.stamp
MODELS := models/complete.stamp
INDEX := index/CURRENT

OLD_PYTHON = Python 3.11 or newer is needed, $(PYTHON) is: $(shell $(PYTHON) --version 2>/dev/null || echo missing). \
Name another one: make PYTHON=python3.12 ...
NO_COMPILER := A C and C++ compiler is needed. Debian, Ubuntu: apt install build-essential; Fedora: dnf install gcc-c++; \
macOS: xcode-select --install

# pip cannot work twice at once in one environment; who comes second is told to wait.
ALONE = mkdir .venv/busy 2>/dev/null || { echo 'Another make is setting up .venv: wait until it is done. If there is none, \
remove the folder .venv/busy.' >&2; exit 1; }; trap 'rmdir .venv/busy' EXIT; trap 'exit 130' INT TERM HUP;

.DEFAULT_GOAL := help
DATA ?= ../shared/benchmarks
BENCHMARKS := multihop_rag clapnq_dev squad2_sample
LIMIT ?= 100

.PHONY: help chat test test-fast torture bench speed docs lint setup models index lock clean

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1	\2/p' Makefile | expand -t 20
	@echo
	@sed -n 's/^# \([A-Z_]*=[^ ]*\)  \(.*\)/  \1	\2/p' Makefile | expand -t 30

chat: $(INSTALLED) $(MODELS) $(INDEX)  ## set everything up and ask in the browser
	$(BIN)/rag chat $(if $(PORT),--port $(PORT))

test: lint $(MODELS) $(INDEX)  ## style, types and all tests, with the real models
	HF_HUB_OFFLINE=1 $(BIN)/pytest

test-fast: $(INSTALLED)  ## the tests that need neither models nor a browser
	HF_HUB_OFFLINE=1 $(BIN)/pytest -m "not real and not browser"

# Of injection an interrupted run goes on where it stopped; `rm build/injection.run.jsonl` begins anew.
torture: $(INSTALLED) $(MODELS) | $(INDEX)  ## what is promised of safety at full length, with the real models: hours
	@mkdir -p build; failed=0; \
	for run in files server 'worker kills' 'worker damaged' injection 'injection --poison --out build/poison.run.jsonl'; do \
		echo "== $$run"; HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks.torture.$$run || failed=1; \
	done; exit $$failed

# An interrupted `make bench` goes on where it stopped; what is finished is not asked again.
bench: speed build/gold.run.jsonl $(patsubst %,build/%.run.jsonl,$(BENCHMARKS))  ## measure: all systems on the gold set, then the benchmarks in DATA
	$(BIN)/rag eval retrieval --set multihop_rag --data $(DATA)
	for run in $(filter %.jsonl,$^); do $(BIN)/rag eval report $$run --out $${run%.run.jsonl}.html; done

# The short ones of docs/speed.md, one after the other, on the machine as it is.
speed: $(INSTALLED) $(MODELS) | $(INDEX)  ## measure speed: against the plain loop and the machine's limits: half an hour
	@mkdir -p build/speed; \
	for run in limits start 'curves --limit 3 --plot build/speed/curves.svg' \
		'answers --limit 20 --out build/speed/answers-20.jsonl --plot build/speed/answers.svg'; do \
		echo "== $$run"; HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks.speed.$$run || exit; \
	done

build/gold.run.jsonl: $(INSTALLED) $(MODELS) | $(INDEX)
	$(BIN)/rag eval run --baselines --out $@

build/%.run.jsonl: $(INSTALLED) $(MODELS)
	$(BIN)/rag eval run --set $* --data $(DATA) --systems assistant,plain_loop,always_refuse --limit $(LIMIT) --out $@

docs: $(INSTALLED)  ## the documentation as a site, in build/site
	$(PIP) install --quiet --no-build-isolation --editable '.[docs]'
	$(BIN)/python -m tools.site

lint: $(INSTALLED)  ## style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

setup: $(INSTALLED)  ## the virtual environment .venv with all packages

models: $(MODELS)  ## fetch the default models, about 1.2 GB, once

index: $(INSTALLED) $(MODELS)  ## build the index of the default folder anew
	$(BIN)/rag index

lock: $(CREATED)  ## write requirements.lock from pyproject.toml
	$(PIP) install --quiet --upgrade --target build/uv uv
	build/uv/bin/uv pip compile --quiet pyproject.toml --output-file requirements.lock

clean:  ## remove the environment and all caches; models and index stay
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo '$(OLD_PYTHON)' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# --no-deps, because the lock is complete but for torch, whose hash differs from platform to platform.
$(LOCKED): requirements.lock | $(CREATED)
	@{ $(CC) --version && $(CXX) --version; } >/dev/null 2>&1 || { echo '$(NO_COMPILER)' >&2; exit 1; }
	@echo 'Where pip has not kept it, llama.cpp is compiled now: about five minutes on two cores.'
	@$(ALONE) $(PIP) install --require-hashes --no-deps --requirement requirements.lock
	@touch $@

$(INSTALLED): pyproject.toml $(LOCKED)
	@$(ALONE) $(PIP) install $(TORCH) $(if $(TORCH_INDEX),$$($(BIN)/python tools/cpu_torch.py $(TORCH_INDEX))) && \
		$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(MODELS): rag/models/manifest.toml | $(INSTALLED)
	$(BIN)/rag models pull
	@touch $@

$(INDEX): | $(INSTALLED) $(MODELS)
	$(BIN)/rag index
