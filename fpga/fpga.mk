# Bitstreams with open tools: iCE40 with Debian's packages, ECP5 with Python wheels in $(FPGA_VENV).
FPGA_VENV := $(BUILD)/fpga-venv
FPGA_BOARDS := $(sort $(patsubst fpga/%/board.toml,%,$(wildcard fpga/*/board.toml)))
FPGA_PACKAGES_ice40 := python3 yosys nextpnr-ice40 fpga-icestorm
FPGA_PACKAGES_ecp5 := python3 python3-venv

.PHONY: fpga fpga-check fpga-venv
fpga: ## BOARD=name: synthesise, place, route, write the bitstream; figures to fpga/RESULTS.md
	@if [ -z "$(BOARD)" ] || [ ! -f "fpga/$(BOARD)/board.toml" ]; then \
	  echo "fpga: BOARD=$(BOARD) is no board; make fpga BOARD=... with one of: $(FPGA_BOARDS)" >&2; exit 2; fi
	@case "$$(python3 fpga/common/board.py --family $(BOARD))" in \
	  ice40) $(call install-packages,$(FPGA_PACKAGES_ice40)) ;; \
	  ecp5) $(call install-packages,$(FPGA_PACKAGES_ecp5)); $(MAKE) --no-print-directory fpga-venv ;; \
	  *) exit 1 ;; esac
	@python3 fpga/common/build_board.py $(BOARD)

fpga-check: ## board files, clocks and pins agree; yosys elaborates the smallest board
	@python3 fpga/common/check_boards.py --rtl hx8k

fpga-venv: $(FPGA_VENV)/installed
$(FPGA_VENV)/installed: fpga/common/requirements.txt
	@echo "installing the ECP5 tools into $(FPGA_VENV) (about 300 MB)"
	@python3 -m venv $(FPGA_VENV) && $(FPGA_VENV)/bin/pip install -q --disable-pip-version-check -r $< || \
	  { echo "fpga: cannot install $<: is the Python package index reachable?" >&2; exit 1; }
	@touch $@
