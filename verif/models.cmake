# Verilated models, one line each. TSU_VERIF_MODELS: those that the verif library itself needs (sim: and serve-sim).
set(TSU_VERIF_MODELS)
