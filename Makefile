# Every command a person or CI types. `make` prints the list.
SHELL := /bin/bash
BUILD := build
TSU := $(BUILD)/tsu
MODEL := sw/models/fashion-g12.safetensors

.PHONY: help deps build run test lint regs mutants netlists bench bench-peers ablation-noise ablation-bits bus-models judges rings soak soak-lockstep soak-link soak-noise soak-train soak-health clean
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

PACKAGES := g++ make cmake ninja-build ccache git verilator yosys python3 libgtest-dev libcli11-dev libspdlog-dev \
  nlohmann-json3-dev libpng-dev zlib1g-dev libhwy-dev libeigen3-dev openmpi-bin libopenmpi-dev
# install-packages(list): installs the Debian packages of the list that are missing.
define install-packages
missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
if [ -n "$$missing" ]; then echo "installing:" $$missing; \
  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); $$sudo apt-get update -qq && \
  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi
endef

# make-venv(target, what, size): a virtual environment beside $@ with the wheels that the first prerequisite lists.
define make-venv
echo "installing $(2) into $(@D) ($(3))"; \
python3 -m venv $(@D) && $(@D)/bin/pip install -q --disable-pip-version-check -r $< && touch $@ || \
  { echo "$(1): cannot install $<: is the Python package index reachable?" >&2; exit 1; }
endef

deps: ## install the Debian packages that are missing
	@$(call install-packages,$(PACKAGES))

configure: deps
	@mkdir -p $(BUILD)
	@cmake -S sw -B $(BUILD) -G Ninja >$(BUILD)/configure.log 2>&1 || { cat $(BUILD)/configure.log; exit 1; }

build: configure ## build library, tool, simulated boards and tests
	@cmake --build $(BUILD)

$(TSU): configure
	@cmake --build $(BUILD) --target tsu-tool
.PHONY: $(TSU)

run: $(TSU) ## generate Fashion-MNIST images on the simulated board over its serial line, check them bit for bit, draw them
	@verif/demo.sh $(TSU) $(MODEL) $(BUILD)/demo

test: build lint ## everything that must hold, in under 15 minutes; ends with the number of tests
	@python3 tests/run_tests.py $(BUILD)

lint: ## generated files are current, board files agree, the list of faults fits the sources, RTL reads clean in Verilator and yosys, layers are respected
	@python3 rtl/regs/gen_regs.py --check
	@python3 fpga/common/check_boards.py --rtl hx8k
	@python3 verif/mutants/run_mutants.py --check
	@verif/lint.sh

regs: ## rewrite the files generated from rtl/regs/tsu.toml
	@python3 rtl/regs/gen_regs.py

mutants: configure ## apply every deliberate fault, demand that its test goes red
	@python3 verif/mutants/run_mutants.py

bench: $(TSU) ## flips/ns of every device at the shipped geometry, as figures of this machine
	@$(TSU) bench --device cpu: --device golden: --device sim: --model $(MODEL)
	@$(TSU) bench --kernel --rounds 7

PEERS_VENV := $(BUILD)/peers-venv
bench-peers: $(TSU) ## flips/ns of thrml (its Python wheel) and of cpu: on one job in one run, ratios by pairs
	@$(call install-packages,python3-venv)
	@$(MAKE) -s --no-print-directory $(PEERS_VENV)/installed
	@PYTHONDONTWRITEBYTECODE=1 $(PEERS_VENV)/bin/python verif/peers/bench_peers.py $(TSU)
$(PEERS_VENV)/installed: verif/peers/requirements.txt
	@$(call make-venv,bench-peers,thrml and jax,about 630 MB)

ablation-noise: configure ## four noises: exact and sampled law, and with DATA=DIR (IDX files) the shipped model's pictures
	@cmake --build $(BUILD) --target noise-ablation && mkdir -p $(BUILD)/ablation
	@$(BUILD)/noise-ablation --model $(MODEL) --out $(BUILD)/ablation $(if $(DATA),--data "$(DATA)") $(if $(COUNT),--count $(COUNT))

ablation-bits: configure ## weights of 3 to 10 bits: law, and with DATA=DIR pictures of the shipped model rounded and of short trainings
	@cmake --build $(BUILD) --target weight-ablation && mkdir -p $(BUILD)/ablation
	@$(BUILD)/weight-ablation --model $(MODEL) --out $(BUILD)/ablation $(if $(DATA),--data "$(DATA)") $(if $(COUNT),--count $(COUNT)) \
	  $(if $(BITS),--bits $(BITS)) $(if $(ONLY),--only $(ONLY))

BUS_VENV := $(BUILD)/bus-venv
bus-models: configure ## bus models of other people (cocotb: AXI, UART) drive the core, every bit against golden
	@$(call install-packages,python3-venv libpython3-dev)
	@$(MAKE) -s --no-print-directory $(BUS_VENV)/installed
	@cmake --build $(BUILD) --target bus-vectors
	@PYTHONDONTWRITEBYTECODE=1 $(BUS_VENV)/bin/python verif/bus_models/run_bus_models.py $(BUILD)
$(BUS_VENV)/installed: verif/bus_models/requirements.txt
	@$(call make-venv,bus-models,the bus models,about 110 MB)

JUDGE_VENV := $(BUILD)/judge-venv
judges: ## train the judges of `tsu eval` again, DATA=DIR with folders fashion-mnist, mnist, optdigits of IDX files
	@[ -d "$(DATA)" ] || { echo "judges: no such folder: '$(DATA)': say DATA=DIR, the folder of the data sets" >&2; exit 1; }
	@$(call install-packages,python3-venv)
	@$(MAKE) -s --no-print-directory $(JUDGE_VENV)/installed
	@for set in fashion:fashion-mnist mnist:mnist optdigits:optdigits; do \
	  if [ -d "$(DATA)/$${set#*:}" ]; then $(JUDGE_VENV)/bin/python sw/judges/train_judges.py $${set%%:*} "$(DATA)/$${set#*:}" || exit 1; \
	  else echo "judges: no folder $${set#*:}, its judges stay as they are"; fi; done
$(JUDGE_VENV)/installed: sw/judges/requirements.txt
	@$(call make-venv,judges,JAX,about 630 MB)

rings: fpga-venv ## ring oscillators: their cells in the netlists of four families, placed and routed on iCE40 and ECP5
	@$(call install-packages,$(FPGA_PACKAGES_ice40))
	@python3 verif/netlist/ring_cells.py --route

netlists: configure ## a small core as each family's synthesis leaves it, in lockstep with golden; one FAMILY or all (10 minutes)
	@for f in $(or $(FAMILY),ecp5 ice40 xilinx7 gowin); do \
	  cmake --build $(BUILD) --target netlist_$$f && $(BUILD)/tests/netlist_$$f --gtest_brief=1 || exit 1; done

soak: soak-lockstep soak-link soak-noise soak-train soak-health ## the long runs: 1e10 lockstep flips, 10,000 damaged frames, noise battery, killed trainings, 1e8 raw bits
soak-lockstep: configure ## RTL against golden over 1e10 flips
	@cmake --build $(BUILD) --target array_test && TSU_SOAK_FLIPS=1e10 $(BUILD)/tests/array_test
soak-link: configure ## 10,000 damaged frames over the simulated serial line
	@cmake --build $(BUILD) --target serial_test && TSU_SOAK_FRAMES=10000 $(BUILD)/tests/serial_test --gtest_filter='*Soak*'
soak-noise: configure ## Debian's dieharder on the delivered noise words; rewrites verif/stats/dieharder.txt
	@$(call install-packages,dieharder)
	@cmake --build $(BUILD) --target noise-stream && verif/stats/run_dieharder.sh $(BUILD)/noise-stream verif/stats/dieharder.txt $$(nproc)
soak-train: configure ## trainings killed 50 times, alone and one of three ranks, against undisturbed ones
	@cmake --build $(BUILD) --target tsu-tool train_job_test && TSU_SOAK_KILLS=50 $(BUILD)/tests/train_job_test --gtest_filter='*Kill*'

soak-health: configure ## health tests on 1e8 good raw bits of the rings' model
	@cmake --build $(BUILD) --target entropy_test && TSU_SOAK_BITS=1e8 $(BUILD)/tests/entropy_test --gtest_filter='*Soak*'

clean: ## remove everything that was built
	@rm -rf $(BUILD)

include fpga/fpga.mk
