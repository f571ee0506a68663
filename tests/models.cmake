# set(TSU_TEST_MODELS_<test program> <verilated model> ...)
