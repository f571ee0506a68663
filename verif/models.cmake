# Verilated models, one line each. TSU_VERIF_MODELS: those that the verif library itself needs (sim: and serve-sim).
tsu_verilate(tsu_core_t4 tsu_core PARAMS Tiles=4)
tsu_verilate(tsu_core_t1 tsu_core PARAMS Tiles=1)
set(TSU_VERIF_MODELS tsu_core_t4 tsu_core_t1)
tsu_verilate(tsu_board fpga_core ${TSU_ROOT}/fpga/common/fpga_core.sv)  # the simulated board: shipped geometry, 4 clocks a bit
