// SPDX-License-Identifier: Apache-2.0
// A small core as synthesis leaves it for one family, down to its lookup tables, carry cells and flip-flops, in lockstep with golden.
#include <gtest/gtest.h>

#include "Vnetlist.h"
#include "tests/support/random_programs.hpp"
#include "tests/support/seed.hpp"

namespace tsu::verif {
namespace {

TEST(Netlist, RandomProgramsMatchGolden) {
  CoreRig<Vnetlist> rig{test::Seed()};
  const int emissions = test::RandomPrograms(rig, 12);
  EXPECT_GT(emissions, 12);
  std::printf("REPORT netlist %s: %d emissions of a %d x %d core equal\n", TSU_FAMILY, emissions, rig.built.cols, rig.built.rows);
}

}  // namespace
}  // namespace tsu::verif
