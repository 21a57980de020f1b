# Atlas TUI. Needs Python 3.11 or newer, a C++ compiler and git; everything else goes into .venv.

# The first of these that is new enough; name another by PYTHON=/path/to/python3.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
ifeq ($(origin PYTHON), undefined)
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c "$(NEW_ENOUGH)" 2>/dev/null; then echo $$python; exit; fi; done)
endif
# What llama.cpp is built for: auto, cpu, cuda, hip, metal or vulkan. Empty keeps what is built, auto at first.
GPU ?=
# Passed on to the program that the target runs, as in: make run ARGS=problem.md
ARGS ?=

# Tests run in a process for each core and one more, for many of them wait; the tests of one file stay together, and
# share what they set up. They come in the order of their names: otherwise files with few tests, which take longest,
# would come last.
CORES = $(shell getconf _NPROCESSORS_ONLN)
PARALLEL = -n $(shell expr $(CORES) + 1) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

BIN = .venv/bin
INSTALL = $(PYTHON_FOUND) && "$(PYTHON)" .ci/install.py --gpu "$(GPU)"
PYTHON_FOUND = { test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." \
	"Install one, or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; }; }

.PHONY: help run test test-all check model clean

help:
	@echo "make run        open the app; the first time sets up .venv (ARGS=problem.md GPU=auto|cpu|cuda|hip|metal|vulkan)"
	@echo "make test       run the tests"
	@echo "make test-all   run the slow tests as well"
	@echo "make check      ruff (lint and format), mypy, import rules"
	@echo "make model      train the bundled model again (downloads PyTorch; hours on a CPU)"
	@echo "make clean      remove .venv and caches"

run:
	@$(INSTALL)
	@$(BIN)/atlas-tui $(ARGS)

test:
	@$(INSTALL) --extra dev
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

test-all:
	@$(INSTALL) --extra dev
	@$(BIN)/python -m pytest $(PARALLEL) -m "slow or not slow" $(ARGS)

check:
	@$(INSTALL) --extra dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

model:
	@$(INSTALL) --extra dev --extra train
	$(BIN)/python -m training.make_model --seed 1 $(ARGS)

# Checkpoints of a training (training/runs) and your sessions and settings stay.
clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache tests/.models
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
