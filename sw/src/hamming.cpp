// SPDX-License-Identifier: Apache-2.0
#include "hamming.hpp"

#include "fixed_vectors.hpp"

#include <algorithm>
#include <bit>

#define HWY_WANT_AVX3_DL  // VPOPCNTQ
#define HWY_DISABLED_TARGETS TSU_SCALABLE_TARGETS  // blocks have a fixed width
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hamming.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tsu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
void Distances(const std::uint64_t* image, const std::uint64_t* packed, std::size_t words, std::size_t blocks,
               std::uint64_t* distances) {
  for (std::size_t i = 0; i < blocks * kPackedBlock; ++i) {
    const std::uint64_t* other = packed + i / kPackedBlock * words * kPackedBlock + i % kPackedBlock;
    distances[i] = 0;
    for (std::size_t k = 0; k < words; ++k) distances[i] += std::popcount(image[k] ^ other[k * kPackedBlock]);
  }
}
#else
constexpr std::size_t kRun = 31;  // words whose counts fit a byte: 8 each

void Distances(const std::uint64_t* image, const std::uint64_t* packed, std::size_t words, std::size_t blocks,
               std::uint64_t* distances) {
  const hn::CappedTag<std::uint64_t, kPackedBlock> d;
  const hn::Repartition<std::uint8_t, decltype(d)> d8;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t block = 0; block < blocks; ++block, packed += words * kPackedBlock, distances += kPackedBlock)
    for (std::size_t lane = 0; lane < kPackedBlock; lane += lanes) {
      auto sum = hn::Zero(d);
      for (std::size_t first = 0; first < words; first += kRun) {
        auto bytes = hn::Zero(d8);
        for (std::size_t k = first; k < std::min(words, first + kRun); ++k) {
          const auto differ = hn::Xor(hn::Set(d, image[k]), hn::LoadU(d, packed + k * kPackedBlock + lane));
          bytes = hn::Add(bytes, hn::PopulationCount(hn::BitCast(d8, differ)));
        }
        sum = hn::Add(sum, hn::SumsOf8(bytes));
      }
      hn::StoreU(sum, d, distances + lane);
    }
}
#endif

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
