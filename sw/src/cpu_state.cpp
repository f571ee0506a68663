// SPDX-License-Identifier: Apache-2.0
// What goes into a sampler's planes and comes out of them: spins, conditioning, noise.
#include <algorithm>
#include <cstring>
#include <string>

#include "cpu_sampler.hpp"
#include "hash.hpp"
#include "tsu/error.hpp"
#include "tsu/regs.hpp"

namespace tsu::cpu {

void Sampler::Expect(std::size_t size, std::size_t wanted, const char* what) {
  if (size != wanted)
    throw Error(Exit::kInternal, std::string("cpu: ") + what + " of the wrong size",
                std::to_string(size) + " instead of " + std::to_string(wanted), "");
}

template <class Work>
void Sampler::ForEachByte(const Work& work) const {
  for (int chain = 0, count = 0; chain < chains_; chain += count) {
    for (count = 1; chain + count < chains_ && places_[chain + count].bit == count;) ++count;
    work(chain, count);
  }
}

std::vector<std::int64_t> Sampler::Lines(std::span<const std::int32_t> sites) const {
  std::vector<std::int64_t> lines;
  for (const std::int32_t site : sites) lines.push_back(layout_.Site(site % layout_.cols, site / layout_.cols) * kLine);
  return lines;
}

void Sampler::SetPlane(Bytes Block::*plane, std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits) {
  const std::size_t width = sites.size();
  Expect(bits.size(), width * chains_, "spins");
  const auto lines = Lines(sites);
  ForEachByte([&](int chain, int count) {
    std::uint8_t* const to = (blocks_[places_[chain].block].*plane).get() + places_[chain].byte;
    const std::uint8_t* from = bits.data() + chain * width;
    const int others = -1 << count;
    for (std::size_t k = 0; k < width; ++k) {
      int down = 0;
      for (int c = 0; c < count; ++c) down |= (from[c * width + k] == 0) << c;
      to[lines[k]] = static_cast<std::uint8_t>((to[lines[k]] & others) | down);
    }
  });
}
void Sampler::SetSpinsAt(std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits) {
  SetPlane(&Block::spins, sites, bits);
}
void Sampler::SetConditioningAt(std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits) {
  SetPlane(&Block::conditioning, sites, bits);
}
void Sampler::SetSpins(std::span<const std::uint8_t> bits) { SetPlane(&Block::spins, every_site_, bits); }
void Sampler::SetConditioning(std::span<const std::uint8_t> bits) { SetPlane(&Block::conditioning, every_site_, bits); }

std::size_t Sampler::NoiseLine(std::size_t pair, std::size_t slot, std::size_t bit) const {
  return ((pair * regs::kNoiseWords + slot) * regs::kNoiseWordBits + bit) * kLine;
}

void Sampler::SetNoise(std::span<const NoiseState> streams) {
  const std::size_t pairs = static_cast<std::size_t>(layout_.cols) / 2;
  Expect(streams.size(), pairs * chains_, "noise streams");
  if (groups_ > 1) throw Error(Exit::kInternal, "cpu: groups of chains draw quick noise only", "", "");
  words_ = 0;
  quick_ = false;
  for (Block& block : blocks_) std::memset(block.noise.get(), 0, NoiseLine(pairs, 0, 0));
  for (int chain = 0; chain < chains_; ++chain) {
    const Place& place = places_[chain];
    for (std::size_t pair = 0; pair < pairs; ++pair)
      for (std::size_t slot = 0; slot < regs::kNoiseWords; ++slot) {
        std::uint8_t* byte = blocks_[place.block].noise.get() + NoiseLine(pair, slot, 0) + place.byte;
        const std::uint32_t word = streams[pairs * chain + pair][slot];
        for (std::size_t bit = 0; bit < regs::kNoiseWordBits; ++bit)
          byte[bit * kLine] |= static_cast<std::uint8_t>((word >> bit & 1) << place.bit);
      }
  }
}

void Sampler::SetQuickNoise(std::uint64_t seed, int first, int group) {
  if (first % kLaneChains)
    throw Error(Exit::kInternal, "cpu: part of a batch does not begin with a lane", std::to_string(first), "");
  constexpr int kWords = 2 * kQuickLines + 1;  // of a lane
  quick_ = true;
  std::uint64_t z = Mix64(seed) + kWeyl * kWords * static_cast<std::uint64_t>(first / kLaneChains);
  const auto next = [&z] { return Mix64(z += kWeyl); };
  for (Block& block : blocks_) {
    if (!block.quick) block.quick = ZeroBytes(kQuickLines * kLine);
    for (int lane = group * lanes_ / groups_; lane < (group + 1) * lanes_ / groups_; ++lane) {  // by lane: blocks may be of any size
      for (int word = 0; word < 2 * kQuickLines; ++word) {
        const std::uint64_t state = next();
        std::memcpy(block.quick.get() + word / 2 * kLine + lane * 16 + word % 2 * 8, &state, sizeof state);
      }
      block.quick_open[lane] = next();
    }
  }
}

std::vector<std::uint8_t> Sampler::Bits(std::span<const std::int32_t> sites) const {
  const std::size_t width = sites.size();
  const auto lines = Lines(sites);
  std::vector<std::uint8_t> bits(width * chains_);
  ForEachByte([&](int chain, int count) {
    const std::uint8_t* const from = blocks_[places_[chain].block].spins.get() + places_[chain].byte;
    std::uint8_t* to = bits.data() + chain * width;
    for (std::size_t k = 0; k < width; ++k) {
      const int up = ~from[lines[k]];
      for (int c = 0; c < count; ++c) to[c * width + k] = up >> c & 1;
    }
  });
  return bits;
}

}  // namespace tsu::cpu
