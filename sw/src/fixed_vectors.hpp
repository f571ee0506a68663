// SPDX-License-Identifier: Apache-2.0
// Highway's targets whose vectors have no length at compile time: not for code whose layouts have fixed widths.
#pragma once

#define TSU_SCALABLE_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
