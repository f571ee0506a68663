// SPDX-License-Identifier: Apache-2.0
// Lockstep of tsu_array with golden, over shapes that differ in everything that changes wiring, on random models.
// TSU_SOAK_FLIPS=N (such as 1e10): go on, with fresh models, until N flips were compared over all shapes.
#include <gtest/gtest.h>

#include <cstdlib>

#include "Varray_g12_shipped.h"
#include "Varray_g12_strips.h"
#include "Varray_g12_tiles2.h"
#include "Varray_g16_tiles3.h"
#include "Varray_g20_tiles4.h"
#include "Varray_g24.h"
#include "Varray_g4_lanes.h"
#include "Varray_g8.h"
#include "tests/unit/array_lockstep.hpp"

namespace tsu::test {

// Parameters as in tests/models.cmake.
template <>
Geometry Shape<Varray_g8>() { return Make("G8", 8, 9, 1, 1, 1, 1, 8, 9); }
template <>
Geometry Shape<Varray_g12_tiles2>() { return Make("G12", 16, 16, 2, 2, 2, 2, 8, 8); }
template <>
Geometry Shape<Varray_g16_tiles3>() { return Make("G16", 24, 33, 3, 4, 1, 3, 10, 9); }
template <>
Geometry Shape<Varray_g20_tiles4>() { return Make("G20", 32, 20, 4, 1, 4, 1, 4, 8); }
template <>
Geometry Shape<Varray_g24>() { return Make("G24", 40, 21, 1, 2, 1, 1, 10, 9); }
template <>
Geometry Shape<Varray_g12_strips>() { return Make("G12", 8, 13, 4, 4, 3, 1, 5, 9); }
template <>
Geometry Shape<Varray_g4_lanes>() { return Make("0,1", 8, 7, 2, 32, 1, 2, 6, 8); }
template <>
Geometry Shape<Varray_g12_shipped>() { return Make("G12", 64, 64, 4, 8, 1, 4, 8, 9); }

namespace {

using Models = testing::Types<Varray_g8, Varray_g12_tiles2, Varray_g16_tiles3, Varray_g20_tiles4, Varray_g24,
                              Varray_g12_strips, Varray_g4_lanes, Varray_g12_shipped>;
TYPED_TEST_SUITE(Lockstep, Models, ModelName);

TYPED_TEST(Lockstep, EveryRowAndWordMatchesGolden) {
  const char* soak = std::getenv("TSU_SOAK_FLIPS");
  const bool shipped = std::is_same_v<TypeParam, Varray_g12_shipped>;
  const double all = soak ? std::strtod(soak, nullptr) : 1.1e8;
  const auto wanted = static_cast<std::uint64_t>(shipped ? 0.65 * all : 0.05 * all);
  const std::uint64_t a_model = shipped ? 12'000'000 : 700'000;
  this->Compare(wanted, a_model);
}

}  // namespace
}  // namespace tsu::test
