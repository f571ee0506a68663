include(${TSU_ROOT}/verif/patterns.cmake)
# set(TSU_TEST_MODELS_<test program> <verilated model> ...)
set(TSU_TEST_MODELS_sim_device_test tsu-simulated)
set(TSU_TEST_MODELS_board_model_test tsu-simulated)
# Shapes of array_test.cpp: every pattern, tile count, lane count, group count and width that changes wiring.
tsu_verilate(array_g8 tsu_array PARAMS Cols=8 Rows=9 Tiles=1 Lanes=1 Groups=1 Layers=1 WeightBits=8 TableBits=9
             ${TSU_G8})
tsu_verilate(array_g12_tiles2 tsu_array PARAMS Cols=16 Rows=16 Tiles=2 Lanes=2 Groups=2 Layers=2 WeightBits=8 TableBits=8)
tsu_verilate(array_g16_tiles3 tsu_array PARAMS Cols=24 Rows=33 Tiles=3 Lanes=4 Groups=1 Layers=3 WeightBits=10 TableBits=9
             ${TSU_G16})
tsu_verilate(array_g20_tiles4 tsu_array PARAMS Cols=32 Rows=20 Tiles=4 Lanes=1 Groups=4 Layers=1 WeightBits=4 TableBits=8
             ${TSU_G20})
tsu_verilate(array_g24 tsu_array PARAMS Cols=40 Rows=21 Tiles=1 Lanes=2 Groups=1 Layers=1 WeightBits=10 TableBits=9
             ${TSU_G24})
tsu_verilate(array_g12_strips tsu_array PARAMS Cols=8 Rows=13 Tiles=4 Lanes=4 Groups=3 Layers=1 WeightBits=5 TableBits=9)
tsu_verilate(array_g4_lanes tsu_array PARAMS Cols=8 Rows=7 Tiles=2 Lanes=32 Groups=1 Layers=2 WeightBits=6 TableBits=8
             NumRules=1 Rules=96'h0100)
tsu_verilate(array_g12_shipped tsu_array PARAMS Cols=64 Rows=64 Tiles=4 Lanes=8 Groups=1 Layers=4 WeightBits=8 TableBits=9)
set(TSU_TEST_MODELS_array_test array_g8 array_g12_tiles2 array_g16_tiles3 array_g20_tiles4 array_g24 array_g12_strips
    array_g4_lanes array_g12_shipped)
# The array of families whose cells replace more than adders. 7-series: DSP48E1 as adders of four lanes, and of two with one to spare;
# ECP5: delay lines of flip-flops and of distributed RAM.
set(TSU_XILINX7 /usr/share/yosys/xilinx/cells_sim.v FAMILY xilinx7)
tsu_verilate(array_x7_g12 tsu_array ${TSU_XILINX7} PARAMS Cols=16 Rows=16 Tiles=2 Lanes=8 Groups=1 Layers=2 WeightBits=8 TableBits=9)
tsu_verilate(array_x7_g24 tsu_array ${TSU_XILINX7} PARAMS Cols=40 Rows=21 Tiles=1 Lanes=1 Groups=2 Layers=1 WeightBits=10 TableBits=8
             ${TSU_G24})
set(TSU_ECP5 /usr/share/yosys/ecp5/cells_sim.v FAMILY ecp5)
tsu_verilate(array_ecp5_g12 tsu_array ${TSU_ECP5} PARAMS Cols=16 Rows=16 Tiles=2 Lanes=2 Groups=3 Layers=2 WeightBits=8 TableBits=9)
tsu_verilate(array_ecp5_g8 tsu_array ${TSU_ECP5} PARAMS Cols=8 Rows=9 Tiles=1 Lanes=1 Groups=5 Layers=1 WeightBits=6 TableBits=8 ${TSU_G8})
set(TSU_TEST_MODELS_array_cells_test array_x7_g12 array_x7_g24 array_ecp5_g12 array_ecp5_g8)
# The core in six shapes that differ in every parameter: tests/unit/core*_test.cpp. The shared one has an odd reach: instructions
# take an even number of clocks, and a sweep is to be asked for in the very clock in which the array comes to rest.
set(TSU_CORE_SHAPE ProgramWords=64 SampleWords=16 ClockHz=12345678 BuildId=32'hB1D0000D)
tsu_verilate(tsu_core_small tsu_core PARAMS Cols=16 Rows=32 Tiles=2 Lanes=2 Groups=1 Layers=2 WeightBits=6 TableBits=8
             Tables=4 ${TSU_CORE_SHAPE})
tsu_verilate(tsu_core_groups tsu_core PARAMS Cols=12 Rows=11 Tiles=3 Lanes=4 Groups=4 Layers=3 WeightBits=4 ${TSU_G8} TableBits=8 Tables=3 ${TSU_CORE_SHAPE})
tsu_verilate(tsu_core_deep tsu_core PARAMS Cols=8 Rows=40 Tiles=1 Lanes=1 Groups=2 Layers=1 WeightBits=10 ${TSU_G16} TableBits=9 Tables=16 ${TSU_CORE_SHAPE})
tsu_verilate(tsu_core_short tsu_core PARAMS Cols=4 Rows=5 Tiles=1 Lanes=32 Groups=1 Layers=4 WeightBits=5 TableBits=8
             Tables=2 ${TSU_CORE_SHAPE})
tsu_verilate(tsu_core_wide tsu_core PARAMS Cols=24 Rows=27 Tiles=4 Lanes=4 Groups=1 Layers=2 WeightBits=8 NumRules=6
             Rules=96'h02010603090e070801040100 TableBits=9 Tables=5 ${TSU_CORE_SHAPE})
tsu_verilate(tsu_core_shared tsu_core PARAMS Cols=20 Rows=30 Tiles=2 Lanes=2 Groups=1 Layers=2 WeightBits=8 TableBits=9 Tables=3
             NumRules=3 Rules=96'h090801040100 TableLanes=2 Hold=0 ${TSU_CORE_SHAPE})
foreach(test core_test core_control_test)
  set(TSU_TEST_MODELS_${test} tsu_core_small tsu_core_groups tsu_core_deep tsu_core_short tsu_core_wide
      tsu_core_shared)
endforeach()
tsu_verilate(tsu_link_parts link_parts ${TSU_ROOT}/verif/board/link_parts.sv)
tsu_verilate(tsu_link_w1 tsu_link PARAMS Window=1)
tsu_verilate(tsu_link_w4 tsu_link PARAMS Window=4)
set(TSU_TEST_MODELS_link_test tsu_link_parts tsu_link_w1 tsu_link_w4)
tsu_verilate(tsu_small_board fpga_core ${TSU_ROOT}/fpga/common/fpga_core.sv PARAMS Cols=16 Rows=16 Tiles=2 Lanes=2 Layers=2
             ${TSU_G8} TableBits=8 Tables=4 ProgramWords=64 SampleWords=64 Rings=4)
set(TSU_TEST_MODELS_serial_test tsu_small_board)
tsu_verilate(tsu_entropy_r4 tsu_entropy PARAMS Rings=4)
tsu_verilate(tsu_entropy_r3 tsu_entropy PARAMS Rings=3 SampleClocks=7 Seed=12345)
tsu_verilate(tsu_health tsu_health)
tsu_verilate(tsu_core_rings tsu_core PARAMS Cols=16 Rows=12 Tiles=1 Lanes=2 Groups=1 Layers=2 WeightBits=6 ${TSU_G8} TableBits=8
             Tables=4 Rings=4 RingSampleClocks=8 ${TSU_CORE_SHAPE})
set(TSU_TEST_MODELS_core_entropy_test tsu_core_rings tsu_core_small)
set(TSU_TEST_MODELS_entropy_test tsu_entropy_r4 tsu_entropy_r3 tsu_health)
