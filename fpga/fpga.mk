# Bitstreams with open tools: iCE40 with Debian's packages, ECP5 and Gowin with Python wheels in $(FPGA_VENV). 7-series: synthesis.
FPGA_VENV := $(BUILD)/fpga-venv
FPGA_BOARDS := $(sort $(patsubst fpga/%/board.toml,%,$(wildcard fpga/*/board.toml)))
FPGA_PACKAGES_ice40 := python3 yosys nextpnr-ice40 fpga-icestorm
FPGA_PACKAGES_ecp5 := python3 python3-venv
FPGA_PACKAGES_gowin := python3 python3-venv
FPGA_PACKAGES_xilinx7 := python3 yosys

.PHONY: fpga fpga-all fpga-check fpga-venv prog ppa
fpga: ## BOARD=name: synthesise, place, route, write the bitstream; figures to fpga/RESULTS.md; SEEDS=all: best of the listed seeds
	@if [ -z "$(BOARD)" ] || [ ! -f "fpga/$(BOARD)/board.toml" ]; then \
	  echo "fpga: BOARD=$(BOARD) is no board; make fpga BOARD=... with one of: $(FPGA_BOARDS)" >&2; exit 2; fi
	@if [ -n "$(SEEDS)" ] && [ "$(SEEDS)" != all ]; then echo "fpga: SEEDS=$(SEEDS): say SEEDS=all or nothing" >&2; exit 2; fi
	@case "$$(python3 fpga/common/board.py --family $(BOARD))" in \
	  ice40) $(call install-packages,$(FPGA_PACKAGES_ice40)) ;; \
	  ecp5) $(call install-packages,$(FPGA_PACKAGES_ecp5)); $(MAKE) --no-print-directory fpga-venv ;; \
	  gowin) $(call install-packages,$(FPGA_PACKAGES_gowin)); $(MAKE) --no-print-directory fpga-venv ;; \
	  xilinx7) $(call install-packages,$(FPGA_PACKAGES_xilinx7)) ;; \
	  *) exit 1 ;; esac
	@python3 fpga/common/build_board.py $(BOARD) $(if $(SEEDS),--all)

fpga-all: ## every board, one after the other; rewrites fpga/RESULTS.md; goes on after a failure and lists the failed
	@failed=; for board in $(FPGA_BOARDS); do $(MAKE) --no-print-directory fpga BOARD=$$board SEEDS=$(SEEDS) || failed="$$failed $$board"; done; \
	if [ -n "$$failed" ]; then echo "fpga-all: failed:$$failed" >&2; exit 1; fi; echo "fpga-all: $(FPGA_BOARDS) built"

fpga-check: ## board files, clocks and pins agree; yosys elaborates every board
	@python3 fpga/common/check_boards.py --rtl all

prog: ## BOARD=name: load the built bitstream with openFPGALoader
	@if [ -z "$(BOARD)" ] || [ ! -f "fpga/$(BOARD)/board.toml" ]; then \
	  echo "prog: BOARD=$(BOARD) is no board; make prog BOARD=... with one of: $(FPGA_BOARDS)" >&2; exit 2; fi
	@python3 fpga/common/prog.py $(BOARD)

ppa: ## LUT, FF, RAM of every module on four families, within 5 % of fpga/ppa/baseline.json; UPDATE=1 rewrites that; ONLY=words picks
	@$(call install-packages,python3 yosys)
	@python3 fpga/ppa/ppa.py $(if $(UPDATE),--update) $(ONLY)

fpga-venv: $(FPGA_VENV)/installed
$(FPGA_VENV)/installed: fpga/common/requirements.txt
	@$(call make-venv,fpga,the ECP5 and Gowin tools,about 500 MB)
