// SPDX-License-Identifier: Apache-2.0
#include "hamming.hpp"

#define HWY_WANT_AVX3_DL  // VPOPCNTQ
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)  // blocks have a fixed width
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hamming.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tsu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void Distances(const std::uint64_t* image, const std::uint64_t* packed, std::size_t words, std::size_t blocks,
               std::uint64_t* distances) {
  const hn::CappedTag<std::uint64_t, kPackedBlock> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t block = 0; block < blocks; ++block, packed += words * kPackedBlock, distances += kPackedBlock)
    for (std::size_t lane = 0; lane < kPackedBlock; lane += lanes) {
      auto sum = hn::Zero(d);
      for (std::size_t k = 0; k < words; ++k)
        sum = hn::Add(sum, hn::PopulationCount(hn::Xor(hn::Set(d, image[k]), hn::LoadU(d, packed + k * kPackedBlock + lane))));
      hn::StoreU(sum, d, distances + lane);
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace tsu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tsu {
HWY_EXPORT(Distances);
void HammingDistances(const std::uint64_t* image, const std::uint64_t* packed, std::size_t words, std::size_t blocks,
                      std::uint64_t* distances) {
  HWY_DYNAMIC_DISPATCH(Distances)(image, packed, words, blocks, distances);
}
}  // namespace tsu
#endif
