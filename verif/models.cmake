# Verilated models of the shipped geometry, for sim: and serve-sim.
tsu_verilate(tsu_core_t4 tsu_core PARAMS Tiles=4)
tsu_verilate(tsu_core_t1 tsu_core PARAMS Tiles=1)
tsu_verilate(tsu_board fpga_core ${TSU_ROOT}/fpga/common/fpga_core.sv)  # 4 clocks a bit
