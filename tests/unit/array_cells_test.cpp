// SPDX-License-Identifier: Apache-2.0
// Lockstep with golden of a tsu_array made of a family's own cells, as yosys models them: slow, and so for few flips.
#include <gtest/gtest.h>

#include "Varray_ecp5_g12.h"
#include "Varray_ecp5_g8.h"
#include "Varray_x7_g12.h"
#include "Varray_x7_g24.h"
#include "tests/unit/array_lockstep.hpp"

namespace tsu::test {

// Parameters as in tests/models.cmake.
template <>
Geometry Shape<Varray_x7_g12>() { return Make("G12", 16, 16, 2, 8, 1, 2, 8, 9); }
template <>
Geometry Shape<Varray_x7_g24>() { return Make("G24", 40, 21, 1, 1, 2, 1, 10, 8); }
template <>
Geometry Shape<Varray_ecp5_g12>() { return Make("G12", 16, 16, 2, 2, 3, 2, 8, 9); }
template <>
Geometry Shape<Varray_ecp5_g8>() { return Make("G8", 8, 9, 1, 1, 5, 1, 6, 8); }

namespace {

using Models = testing::Types<Varray_x7_g12, Varray_x7_g24, Varray_ecp5_g12, Varray_ecp5_g8>;
TYPED_TEST_SUITE(Lockstep, Models, ModelName);

TYPED_TEST(Lockstep, CellsOfTheFamilyMatchGolden) { this->Compare(200'000, 50'000); }

}  // namespace
}  // namespace tsu::test
