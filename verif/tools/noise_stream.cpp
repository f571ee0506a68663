// SPDX-License-Identifier: Apache-2.0
// Delivered noise words as raw bytes on standard output, for test batteries:
//   noise-stream SEED CHAINS PAIRS WORDS      (WORDS of each stream; 0: until the reader goes away)
// One row step after the other, all streams of a step in the order of a device (chain, pair); each
// word as its 24 bits, three bytes, low byte first: no bit of the output is constant.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tsu/noise.hpp"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: noise-stream SEED CHAINS PAIRS WORDS\n", stderr);
    return 2;
  }
  const std::uint64_t seed = std::strtoull(argv[1], nullptr, 0),
                      words = std::strtoull(argv[4], nullptr, 0);
  auto streams = tsu::NoiseStreams(seed, 0, std::atoi(argv[2]), std::atoi(argv[3]));
  std::vector<unsigned char> bytes(3 * streams.size());
  for (std::uint64_t t = 0; words == 0 || t < words; ++t) {
    unsigned char* out = bytes.data();
    for (auto& stream : streams) {
      const std::uint32_t word = tsu::NoiseStep(stream);
      for (int shift = 0; shift < 24; shift += 8)
        *out++ = static_cast<unsigned char>(word >> shift);
    }
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size())
      return words == 0 ? 0 : 8;
  }
  return std::fflush(stdout) == 0 ? 0 : 8;
}
