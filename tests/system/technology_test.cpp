// SPDX-License-Identifier: Apache-2.0
// Technology cells against the generic ones: yosys proves them equal for every input, with its own models of the vendors' cells.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

namespace tsu {
namespace {

struct Cells {
  std::string family, models;
};
const Cells kEcp5 = {"ecp5", "+/ecp5/cells_sim.v"}, kXilinx7 = {"xilinx7", "+/xilinx/cells_sim.v"};

// Of both modules: parameters set, flattened into plain logic, kept aside under a name of their own.
std::string Prepared(const std::string& cell, const std::string& parameter, int value, const std::string& as) {
  return "chparam -set " + parameter + " " + std::to_string(value) + " " + cell + "; hierarchy -top " + cell +
         "; proc; flatten; opt_clean; rename -top " + as + "; design -stash " + as + "; ";
}

struct Proof {
  int code;
  std::string said;
  bool Holds() const { return code == 0 && said.find("no model found: SUCCESS") != std::string::npos; }
  std::string End() const { return said.substr(said.size() > 2000 ? said.size() - 2000 : 0); }
};
Proof Execute(const std::vector<std::string>& command) {
  test::Process process(command);
  const bool ended = process.Wait();
  return {ended ? process.code : -1, process.out + process.err};
}
Proof Yosys(const std::string& script) { return Execute({"/usr/bin/yosys", "-p", script}); }

// Both stashed before as reference and candidate; `always`: what is set at inputs.
std::string Compared(const std::string& always) {
  return "design -copy-from reference reference; design -copy-from candidate candidate; "
         "miter -equiv -flatten -make_assert reference candidate miter; sat -verify -prove-asserts " + always + " miter";
}

// What is undriven, such as a chain's first carry in, may take any value.
Proof Prove(const Cells& family, const std::string& reference, const std::string& cell, const std::string& parameter, int value,
            const std::string& always = "") {
  const std::string folder = "rtl/tech/" + family.family + "/";
  std::ifstream list(folder + "tech.f");
  std::string files;
  for (std::string line; std::getline(list, line);) {
    if (!line.starts_with("//")) files += " " + folder + line;
  }
  const std::string script = "read_verilog -sv rtl/tsu_pkg.sv " + reference + "; " + Prepared(cell, parameter, value, "reference") +
                             "read_verilog -sv rtl/tsu_pkg.sv" + files + "; read_verilog " + family.models + "; " +
                             Prepared(cell, parameter, value, "candidate") +
                             Compared("-set in_move_i 1 " + always);
  return Yosys(script);
}

class Technology : public testing::TestWithParam<Cells> {};
INSTANTIATE_TEST_SUITE_P(Families, Technology, testing::Values(kEcp5, kXilinx7), [](const auto& family) { return family.param.family; });

TEST_P(Technology, AddersEqualTheGenericOnes) {
  for (const std::string cell : {"tsu_add", "tsu_add_select"}) {
    for (int width = 2; width <= 16; ++width) {  // weights of 4 to 10 bits, fields of at most 15, thresholds of 14 and a sign
      const Proof proof = Prove(GetParam(), "rtl/tech/generic/" + cell + ".sv", cell, "Width", width);
      ASSERT_TRUE(proof.Holds()) << cell << " of " << width << " bits\n" << proof.End();
    }
  }
}

TEST_P(Technology, SizesAreSaturatedAndGiveWayToAddresses) {
  const test::Scratch scratch;
  const std::string reference = scratch.Write("reference.sv", R"(module tsu_size #(parameter Bits = 9, parameter FieldBits = 14)
      (input move_i, input signed [FieldBits-1:0] field_i, input [Bits-1:0] place_i, output [Bits-1:0] size_o);
    wire [FieldBits-1:0] size = field_i < 0 ? -field_i : field_i;
    assign size_o = field_i == 0 ? place_i : size >= 2**Bits ? 2**Bits - 1 : size;
  endmodule)");
  for (const int bits : {8, 9}) {
    for (const std::string one : {"-set in_place_i 0", "-set in_field_i 0"}) {
      const Proof proof = Prove(GetParam(), reference, "tsu_size", "Bits", bits, one);
      EXPECT_TRUE(proof.Holds()) << bits << " bits, " << one << '\n' << proof.End();
    }
  }
}

// Lanes that share a DSP48E1 and lanes that do not; fields are beyond a proof and run in lockstep with golden (array_cells_test).
TEST(Technology, LanesThatShareCellsAreCompared) {
  const test::Scratch scratch;
  const std::string reference = scratch.Write("reference.sv", R"(module tsu_against #(parameter Lanes = 1, parameter T = tsu_pkg::ThresholdBits)
      (input move_i, input [Lanes*T-1:0] codes_i, thresholds_i, output [Lanes-1:0] against_o);
    for (genvar l = 0; l < Lanes; l = l + 1) assign against_o[l] = codes_i[T*l+:T] < thresholds_i[T*l+:T];
  endmodule)");
  for (const int lanes : {1, 2, 8}) {
    const Proof proof = Prove(kXilinx7, reference, "tsu_against", "Lanes", lanes);
    EXPECT_TRUE(proof.Holds()) << lanes << " lanes\n" << proof.End();
  }
}

// What fpga/common/carry_chains.py makes of a netlist before it is placed computes what the RTL does: chains of ours and of yosys, with
// operands that are constant.
TEST(Technology, ChainsAsPlacedComputeTheSame) {
  const test::Scratch scratch;
  const std::string netlist = scratch / "netlist.json", rtl = scratch.Write("fpga.sv", R"(module fpga(input [7:0] a, b, input n, output [7:0] sum, next, output [9:0] size, output less);
    assign sum = a + b;
    assign next = a + 8'd1;
    assign less = a < b;
    tsu_add #(.Width(10)) u_size (
      .move_i(1'b1), .a_i({2'b0, a}), .b_i(10'b0), .a_inv_i(n), .b_inv_i(1'b0), .carry_i(n), .sum_o(size));
  endmodule)");
  const Proof synthesis = Yosys("read_verilog -sv rtl/tech/ecp5/tsu_chain.sv rtl/tech/carry/tsu_add.sv " + rtl +
                                "; synth_ecp5 -noflatten -top fpga; flatten; opt_clean; write_json " + netlist);
  ASSERT_EQ(synthesis.code, 0) << synthesis.End();
  const Proof passes = Execute({"/usr/bin/python3", "-B", "-c", R"(import json, sys
sys.path.insert(0, 'fpga/common')
import carry_chains
netlist = json.load(open(sys.argv[1]))
module = netlist['modules']['fpga']
print('changed', *carry_chains.release_ends(module), carry_chains.raise_zeros(module))
for cell in module['cells'].values():  # yosys reads no output that is connected to x, which is how nextpnr is told of none
    for pin in [pin for pin, bits in cell['connections'].items() if bits == ['x']]:
        del cell['connections'][pin], cell['port_directions'][pin]
json.dump(netlist, open(sys.argv[1], 'w'))
)", netlist});
  ASSERT_EQ(passes.code, 0) << passes.End();
  EXPECT_EQ(passes.said.find(" 0"), std::string::npos) << "a pass found nothing to change: " << passes.said;
  const std::string kept = "; hierarchy -top fpga; proc; flatten; opt_clean; rename fpga ";
  const Proof proof = Yosys("read_verilog -sv rtl/tech/generic/tsu_add.sv " + rtl + kept + "reference; design -stash reference; read_json " +
                            netlist + "; read_verilog +/ecp5/cells_sim.v" + kept + "candidate; design -stash candidate; " + Compared(""));
  EXPECT_TRUE(proof.Holds()) << proof.End();
}

}  // namespace
}  // namespace tsu
