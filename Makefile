# make demo         sets everything up and mixes the bundled song
# make test         sets everything up and runs the tests
# make plugin       builds the plugin for DAWs: LV2, CLAP, VST3
# make plugin-cross builds CLAP and VST3 for Windows and macOS; installs the compiler for it
# make wasm         builds the chain for browsers; installs the compiler for it
# make train-setup  adds what training needs, with PyTorch for the CPU; then make test runs the tests of training too
# make train-small  trains on the twelve bundled songs, in minutes: a trial, no network for real music
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := build/plugins
DPF ?= /usr/share/dpf/distrho/src
# As in CMakeLists.txt: the same bits.
WASM_FLAGS := -std=c++17 -O3 -msimd128 -fno-exceptions -ffp-contract=off -fno-math-errno -fno-trapping-math
SYSTEM := $(if $(filter Darwin,$(shell uname -s)),macos,linux)
CROSS := windows-x86_64 macos-x86_64 macos-arm64
NATIVE := $(wildcard dsp/*.hpp bindings/*.cpp bindings/*.hpp plugin/*.hpp plugin/*/* */CMakeLists.txt) CMakeLists.txt \
  pyproject.toml
SOURCES := $(wildcard dsp/*.hpp bindings/*.cpp bindings/*.hpp plugin/*.hpp plugin/*/*.cpp plugin/*/*.hpp tests/native/*.cpp)
# Changes when a file of the package comes or goes: an editable install knows its files by name.
PACKAGE := $(shell find src -type f ! -name '*.pyc' | sort | cksum | cut -d' ' -f1)
# On Linux only the CPU build carries the mark +cpu: asked for by it, a CUDA build of gigabytes can never come instead.
TORCH := torch==2.13.0$(if $(filter Linux,$(shell uname -s)),+cpu)
TORCH_INDEX := https://download.pytorch.org/whl/cpu

.PHONY: demo demo-stems plugin plugin-cross $(CROSS) wasm test setup train-setup train-small lint format generate bench judge \
  clean

demo: setup
	@mkdir -p build/demo
	$(BIN)/mixwright mix examples/metal-madness.ogg --genre rock -o build/demo/metal-madness.flac

demo-stems: setup
	@mkdir -p build/demo
	$(BIN)/mixwright mix examples/hydrogen --genre electronic -o build/demo/hydrogen.flac

test: setup $(VENV)/.test
	$(BIN)/python tools/run_tests.py

# Into build/plugins. Needs CMake and the headers of LV2, and of CLAP and VST3 as DPF has them (Debian: cmake, lv2-dev,
# dpf-source).
plugin:
	@cmake --preset $(SYSTEM) -DMIXWRIGHT_DPF=$(DPF) >/dev/null
	@cmake --build build/$(SYSTEM)
	@cmake --install build/$(SYSTEM) --prefix $(PLUGINS) >/dev/null
	@echo "$(PLUGINS): copy mixwright.lv2 to ~/.lv2, mixwright.clap* to ~/.clap, mixwright.vst3 to ~/.vst3"

# CLAP and VST3 into build/plugins-windows-x86_64, -macos-x86_64 and -macos-arm64.
plugin-cross: $(CROSS)

$(CROSS): $(VENV)/.cross
	@cmake --preset $@ -DMIXWRIGHT_DPF=$(DPF) >/dev/null
	@cmake --build build/$@
	@cmake --install build/$@ >/dev/null
	@echo "build/plugins-$@"

$(VENV)/.cross: $(VENV)/.setup
	@echo "Installing ziglang (a C++ compiler, 100 MB) into $(VENV). First it compiles its library for each system: minutes."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[cross]"
	@touch $@

# Into the package, for browsers; the file is kept in the repository, so that users need no compiler for it.
wasm: $(VENV)/.cross
	$(BIN)/python-zig c++ -target wasm32-wasi -mexec-model=reactor $(WASM_FLAGS) -Idsp bindings/wasm.cpp -s \
	  -o src/mixwright/web/static/chain.wasm

setup: $(VENV)/.setup

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.package-$(PACKAGE): | $(VENV)/bin/python
	@rm -f $(VENV)/.package-*
	@touch $@

$(VENV)/.setup: $(NATIVE) $(VENV)/.package-$(PACKAGE) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: $(VENV)/.setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	@touch $@

# A PyTorch that is there already, for a GPU for one, is kept. Else from where pip is told to look, or from its makers.
$(VENV)/.train: $(VENV)/.setup
	@$(BIN)/python -c "import torch" 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)" 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)" --extra-index-url $(TORCH_INDEX)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[train]"
	@touch $@

train-setup: $(VENV)/.train

# Learns by heart: the figures are of the songs that it learned from. build/runs/small has the network and its card.
train-small: $(VENV)/.train
	$(BIN)/mixwright train bench/music --ignore-split --steps 60 --name small --runs build/runs --no-mlflow

$(VENV)/.lint: $(VENV)/.test $(VENV)/.train
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[lint]"
	@touch $@

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run -Werror $(SOURCES)
	$(BIN)/python tools/generate.py --check
	@if command -v tsc >/dev/null; then tsc -p tsconfig.json; \
	  elif [ -n "$$CI" ]; then echo "tsc is needed (Debian: node-typescript)" >&2; exit 1; \
	  else echo "The pages' types were not checked: there is no tsc (Debian: node-typescript)"; fi

format: $(VENV)/.lint
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(SOURCES)

$(VENV)/.bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"
	@touch $@

# Speed and memory. The benchmark of mixers in full: DATA=FOLDER, with mixes.csv; most of an hour.
bench: $(VENV)/.bench
	$(BIN)/python -m bench
	$(if $(DATA),$(BIN)/python -m bench.restore "$(DATA)")

# The fast benchmark on the bundled songs against the committed figures: fails if a criterion got worse.
judge: $(VENV)/.test
	@mkdir -p build && rm -f build/fast.jsonl
	$(BIN)/mixwright benchmark bench/music --fast -o build/fast.jsonl --html build/fast.html --against bench/fast.jsonl

generate: setup
	$(BIN)/python tools/generate.py

clean:
	rm -rf build $(VENV)
