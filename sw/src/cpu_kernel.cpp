// SPDX-License-Identifier: Apache-2.0
// The kernel's entry points, compiled once an instruction set, and the choice between them.
#define HWY_WANT_AVX3_DL
// Highway distrusts this fallback with older compilers; ours is tested like every other target (cpu_test).
#define HWY_BROKEN_EMU128 0
#include "cpu_kernel.hpp"
#include "fixed_vectors.hpp"

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | TSU_SCALABLE_TARGETS)  // SSSE3 adds nothing over SSE4; scalable vectors lack a fixed layout
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu_visit-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

using Widest = hn::CappedTag<std::uint8_t, kLine>;
using Narrowest = hn::CappedTag<std::uint8_t, kNarrowest>;

int GroupInputs() { return kGroup; }

void SweepColour(const ColourTask& task) {
  if (16 * task.lanes > kNarrowest) {
    task.quick ? Sweep<QuickNoise>(Widest(), task) : Sweep<DeviceNoise>(Widest(), task);
  } else {
    task.quick ? Sweep<QuickNoise>(Narrowest(), task) : Sweep<DeviceNoise>(Narrowest(), task);
  }
}

void RandomiseColour(const ColourTask& task) {
  task.quick ? Randomise<QuickNoise>(Narrowest(), task) : Randomise<DeviceNoise>(Narrowest(), task);
}

// Bits set in lines, of the active chains; halves of a line without any are left out.
class Counter {
 public:
  explicit HWY_INLINE Counter(const std::uint8_t* active) : active_(active) {
    while (begin_ < kLine && Empty(begin_)) begin_ += kLine / 2;
    while (end_ > begin_ && Empty(end_ - kLine / 2)) end_ -= kLine / 2;
  }
  // Of the line that `of(d, at)` gives vector by vector.
  template <class Of>
  HWY_INLINE std::uint32_t Ones(const Of& of) const {
    const HalfLine d;
    const hn::Repartition<std::uint64_t, HalfLine> d64;
    auto sum = hn::Zero(d64);
    for (int at = begin_; at < end_; at += static_cast<int>(hn::MaxLanes(d)))
      sum = hn::Add(sum, hn::PopulationCount(hn::BitCast(d64, hn::And(hn::Load(d, active_ + at), of(d, at)))));
    return static_cast<std::uint32_t>(hn::GetLane(hn::SumOfLanes(d64, sum)));
  }

 private:
  bool Empty(int half) const {
    return std::all_of(active_ + half, active_ + half + kLine / 2, [](std::uint8_t byte) { return byte == 0; });
  }
  const std::uint8_t* active_;
  int begin_ = 0, end_ = kLine;
};

void CountUnequal(const std::uint8_t* spins, const std::uint8_t* active, const Edge* edges, std::size_t size,
                  std::uint32_t* counts) {
  const Counter counter(active);
  for (std::size_t e = 0; e < size; ++e) {
    const std::uint8_t *a = spins + std::int64_t{edges[e].a} * kLine, *b = spins + std::int64_t{edges[e].b} * kLine;
    counts[e] += counter.Ones([&](auto d, int at) HWY_ATTR { return hn::Xor(hn::Load(d, a + at), hn::Load(d, b + at)); });
  }
}

void CountDown(const std::uint8_t* spins, const std::uint8_t* active, std::int64_t first, std::size_t size,
               std::uint32_t* counts) {
  const Counter counter(active);
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t* line = spins + (first + static_cast<std::int64_t>(i)) * kLine;
    counts[i] += counter.Ones([&](auto d, int at) HWY_ATTR { return hn::Load(d, line + at); });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "cpu_targets.hpp"

namespace tsu::cpu {

HWY_EXPORT(GroupInputs);
HWY_EXPORT(SweepColour);
HWY_EXPORT(RandomiseColour);
HWY_EXPORT(CountUnequal);
HWY_EXPORT(CountDown);

int GroupInputs() { return HWY_DYNAMIC_DISPATCH(GroupInputs)(); }
void SweepColour(const ColourTask& task) { HWY_DYNAMIC_DISPATCH(SweepColour)(task); }
void RandomiseColour(const ColourTask& task) { HWY_DYNAMIC_DISPATCH(RandomiseColour)(task); }
void CountUnequal(const std::uint8_t* spins, const std::uint8_t* active, const Edge* edges, std::size_t size,
                  std::uint32_t* counts) {
  HWY_DYNAMIC_DISPATCH(CountUnequal)(spins, active, edges, size, counts);
}
void CountDown(const std::uint8_t* spins, const std::uint8_t* active, std::int64_t first, std::size_t size,
               std::uint32_t* counts) {
  HWY_DYNAMIC_DISPATCH(CountDown)(spins, active, first, size, counts);
}

namespace {

// Highway knows no target between AVX2 and AVX-512.
constexpr char kAvx2Vaes[] = "AVX2_VAES", kAvx2[] = "AVX2";

bool HaveVaes() {
#if HWY_ARCH_X86
  __builtin_cpu_init();
  return __builtin_cpu_supports("vaes") != 0;
#else
  return false;
#endif
}

}  // namespace

bool have_vaes = HaveVaes();

std::vector<std::string> Targets() {
  hwy::SetSupportedTargetsForTest(0);
  std::vector<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    const std::string name = hwy::TargetName(target);
    if (name == kAvx2 && HaveVaes()) names.push_back(kAvx2Vaes);
    names.push_back(name);
  }
  return names;
}

bool UseTarget(const std::string& name) {
  have_vaes = HaveVaes() && name != kAvx2;
  hwy::SetSupportedTargetsForTest(0);
  bool found = name.empty();
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if ((name == kAvx2Vaes && have_vaes ? kAvx2 : name) != hwy::TargetName(target)) continue;
    hwy::SetSupportedTargetsForTest(target);
    found = true;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return found;
}

}  // namespace tsu::cpu
#endif
