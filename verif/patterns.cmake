# Generated from rtl/regs/tsu.toml by rtl/regs/gen_regs.py; do not edit.
set(TSU_G8 NumRules=2 Rules=96'h000000000000000001040100)
set(TSU_G12 NumRules=3 Rules=96'h0000000000000a0901040100)
set(TSU_G16 NumRules=4 Rules=96'h00000000090e070801040100)
set(TSU_G20 NumRules=5 Rules=96'h00000603090e070801040100)
set(TSU_G24 NumRules=6 Rules=96'h02010603090e070801040100)
