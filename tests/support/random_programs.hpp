// SPDX-License-Identifier: Apache-2.0
// Random programs on a core, with random stalls on every interface, against golden::Core.
#pragma once

#include <gtest/gtest.h>

#include <exception>
#include <string>

#include "verif/sim/core_rig.hpp"

namespace tsu::test {

template <typename Rig>
void RandomStalls(Rig& rig) {
  const auto any = [&] { return rig.Uniform(0, 2) ? rig.Uniform(0, 80) : 0; };
  rig.bench.stalls = {any(), any(), any()};
}

// Runs `rounds` programs, every other one with new weights and states; returns how many emissions were compared.
template <typename Rig>
int RandomPrograms(Rig& rig, int rounds) {
  constexpr int kMostClocks = 400000;
  int emissions = 0;
  for (int round = 0; round < rounds; ++round) {
    RandomStalls(rig);
    if (round % 4 == 0) rig.Use(round == 0 ? rig.built.rows : rig.Uniform(1, rig.built.rows));
    if (round % 2 == 0) rig.LoadRandom();  // odd rounds go on with the state of the one before
    try {  // the rig reports a difference by exception: name the case it happened in
      emissions += rig.RunBoth(rig.RandomProgram(40), kMostClocks);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "round " << round << ", rows " << rig.geometry.rows << ": " << error.what();
      return emissions;
    }
  }
  return emissions;
}

}  // namespace tsu::test
