// SPDX-License-Identifier: Apache-2.0
// Technology cells against the generic ones: yosys proves them equal for every input, with its own models of the vendors' cells.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace tsu {
namespace {

struct Cells {
  std::string family, models;
};
const Cells kFamilies[] = {{"ecp5", "+/ecp5/cells_sim.v"}, {"xilinx7", "+/xilinx/cells_sim.v"}};

// Of both modules: parameters set, flattened into plain logic, kept aside under a name of their own.
std::string Prepared(const std::string& cell, int width, const std::string& as) {
  return "chparam -set Width " + std::to_string(width) + " " + cell + "; hierarchy -top " + cell +
         "; proc; flatten; opt_clean; rename " + cell + " " + as + "; design -stash " + as + "; ";
}

struct Proof {
  int code;
  std::string said;
};
// What is undriven, such as a chain's first carry in, may take any value.
Proof Prove(const Cells& family, const std::string& cell, int width) {
  const std::string folder = "rtl/tech/" + family.family + "/";
  std::ifstream list(folder + "tech.f");
  std::string files;
  for (std::string line; std::getline(list, line);) {
    if (!line.starts_with("//")) files += " " + folder + line;
  }
  const std::string script = "read_verilog -sv rtl/tech/generic/" + cell + ".sv; " + Prepared(cell, width, "reference") +
                             "read_verilog -sv" + files + "; read_verilog " + family.models + "; " + Prepared(cell, width, "candidate") +
                             "design -copy-from reference reference; design -copy-from candidate candidate; "
                             "miter -equiv -flatten -make_assert reference candidate miter; "
                             "sat -verify -prove-asserts -set in_move_i 1 miter";
  test::Process yosys({"/usr/bin/yosys", "-p", script});
  const bool ended = yosys.Wait();
  return {ended ? yosys.code : -1, yosys.out + yosys.err};
}

class Technology : public testing::TestWithParam<Cells> {};
INSTANTIATE_TEST_SUITE_P(Families, Technology, testing::ValuesIn(kFamilies), [](const auto& family) { return family.param.family; });

TEST_P(Technology, AddersEqualTheGenericOnes) {
  for (const std::string cell : {"tsu_add", "tsu_add_select"}) {
    for (int width = 2; width <= 16; ++width) {  // weights of 4 to 10 bits, fields of at most 15, thresholds of 14 and a sign
      const Proof proof = Prove(GetParam(), cell, width);
      ASSERT_EQ(proof.code, 0) << cell << " of " << width << " bits\n" << proof.said.substr(proof.said.size() > 2000 ? proof.said.size() - 2000 : 0);
      ASSERT_NE(proof.said.find("no model found: SUCCESS"), std::string::npos) << "nothing was proved";
    }
  }
}

}  // namespace
}  // namespace tsu
