#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Static checks: RTL reads clean in Verilator (-Wall, several shapes) and in yosys; include layers point one way.
set -eu
cd "$(dirname "$0")/.."
fail() { echo "lint: $*" >&2; exit 1; }

# Every synthesizable file forbids implicit nets: yosys would take a misspelt member for a wire.
for file in $(find rtl -name '*.sv'); do
  grep -q '`default_nettype none' "$file" || fail "$file lacks \`default_nettype none"
done

# Shapes that differ in every parameter that changes widths.
shapes=(
  ""
  "-GTiles=1 -GLanes=1"
  "-GCols=16 -GRows=16 -GTiles=2 -GLanes=2 -GGroups=4 -GNumRules=2 -GWeightBits=4 -GLayers=1 -GTables=2 -GTableBits=8"
  "-GCols=32 -GRows=33 -GTiles=4 -GLanes=4 -GNumRules=6 -GRules=96'h02010603090e070801040100 -GWeightBits=10"
  "-GRings=4"
  "-GRings=1 -GRingSampleClocks=7"
)
for shape in "${shapes[@]}"; do
  verilator --lint-only -Wall --top-module tsu_core $shape -Irtl rtl/tsu.vlt -F rtl/tsu.f || fail "verilator, shape '$shape'"
done

# An illegal shape stops elaboration with the sentence that says why.
illegal() {  # sentence parameters...
  local sentence=$1 said; shift
  said=$(verilator --lint-only --top-module tsu_core -GCols=16 -GRows=16 -GTiles=2 -GLanes=2 -GLayers=1 -GTables=2 "$@" -Irtl rtl/tsu.vlt -F rtl/tsu.f 2>&1) && fail "verilator takes $*"
  grep -qF "$sentence" <<<"$said" || fail "$*: no word of '$sentence'"
}
illegal "Cols must be even" -GCols=15 -GTiles=1
illegal "Tiles must divide the column pairs" -GTiles=5
illegal "Lanes must be a power of two" -GLanes=3
illegal "WeightBits must be 4 to 10" -GWeightBits=11
illegal "NumRules must be 1 to 6" -GNumRules=7
illegal "every rule needs a + b odd" -GNumRules=2 "-GRules=96'h01030100"
illegal "no neighbour may occur twice" -GNumRules=2 "-GRules=96'h00010100"
illegal "TableBits must be 8 or 9" -GTableBits=7
illegal "ProgramWords must be a power of two" -GProgramWords=100
illegal "SampleWords must be a power of two" -GSampleWords=3
illegal "Tables must be 1..255" -GTables=0

yosys -q -p "read_verilog -sv $(grep -v '^//' rtl/tsu.f | sed 's,^,rtl/,' | tr '\n' ' '); hierarchy -check -top tsu_core" ||
  fail "yosys cannot read the core"

# The rings' model simulates; it must never be the noise of a chip.
said=$(yosys -q -p "read_verilog -sv $(grep -v '^//' rtl/tsu.f | sed 's,^,rtl/,' | tr '\n' ' '); chparam -set Rings 1 tsu_core; hierarchy -check -top tsu_core" 2>&1) &&
  fail "yosys synthesises the model of the rings"
grep -qF "tsu_ring.sv is a model" <<<"$said" || fail "yosys refuses the model of the rings, but not for what it is"

# Rings survive synthesis for every family.
python3 verif/netlist/ring_cells.py || fail "a ring oscillator does not survive synthesis"

# tests -> verif -> sw: the library never includes what verifies it, nor verif the tests.
! grep -rnE '#include "(verif|tests)/' sw/src sw/include || fail "sw/ includes verif/ or tests/"
! grep -rnE '#include "tests/' verif --include='*.?pp' || fail "verif/ includes tests/"
echo "lint: clean"
