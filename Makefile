# Every command a person or CI types. `make` prints the list.
SHELL := /bin/bash
BUILD := build

.PHONY: help deps build regs lint
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

PACKAGES := g++ make cmake ninja-build ccache verilator python3 libgtest-dev libcli11-dev libspdlog-dev \
  nlohmann-json3-dev libpng-dev zlib1g-dev
deps: ## install what is missing (Debian packages)
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing: $$missing"; \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); $$SUDO apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi

build: deps ## build the library, the tool and the tests
	@cmake -S sw -B $(BUILD) -G Ninja >$(BUILD).log 2>&1 || { cat $(BUILD).log; rm -f $(BUILD).log; exit 1; }; rm -f $(BUILD).log
	@cmake --build $(BUILD)

regs: ## regenerate package, header and table from rtl/regs/tsu.toml
	@python3 rtl/regs/gen_regs.py
lint: ## generated files are current
	@python3 rtl/regs/gen_regs.py --check
