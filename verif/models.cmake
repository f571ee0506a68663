# Verilated models of the shipped geometry, for sim: and serve-sim.
tsu_verilate(tsu_core_t4 tsu_core PARAMS Tiles=4 Rings=4)
tsu_verilate(tsu_core_t1 tsu_core PARAMS Tiles=1)
# Degree 24, rules of sw/models/fashion-best: (0,1),(2,3),(4,1),(5,8),(9,10),(14,9).
tsu_verilate(tsu_core_d24 tsu_core PARAMS Tiles=2 Lanes=2 Groups=1 Layers=2 NumRules=6 Rules=96'h090e0a090805010403020100)
tsu_verilate(tsu_board fpga_core ${TSU_ROOT}/fpga/common/fpga_core.sv PARAMS Rings=4)  # 4 clocks a bit
