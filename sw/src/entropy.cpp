// SPDX-License-Identifier: Apache-2.0
#include "tsu/entropy.hpp"

#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint32_t kSelect = 1, kClear = 2, kFaultMask = 7u << 4;
constexpr std::uint32_t kModel = 2;  // code of Caps
constexpr int kSeedWords = 32;

}  // namespace

std::string CauseText(std::uint32_t cause) {
  std::string text;
  for (const auto& [bit, name] : {std::pair{regs::kCauseRepetition, "repetition count"}, {regs::kCauseProportion, "adaptive proportion"},
                                  {regs::kCauseLag, "lag"}}) {
    if (cause & bit) text += (text.empty() ? "" : ", ") + std::string(name);
  }
  if (cause & regs::kCauseStartUp) text += " in the start-up test";
  return text.empty() ? "none" : text;
}

EntropySource::EntropySource(Transport& link, std::uint32_t source)
    : link_(link), source_(source == kModel ? "simulation model" : "ring oscillator"), model_(source == kModel) {
  Select(false);
}

EntropyState EntropySource::State() {
  const std::uint32_t status = link_.ReadRegister(regs::kRegEntropyStatus);
  return {static_cast<int>(status >> 16 & 15), selected_, (status & 1) != 0, status >> 4 & 15, static_cast<int>(status >> 8 & 255)};
}

// The fault of a simulation model stays as it is.
void EntropySource::Control(std::uint32_t more) {
  const std::uint32_t fault = link_.ReadRegister(regs::kRegEntropyControl) & kFaultMask;
  link_.WriteRegister(regs::kRegEntropyControl, fault | (selected_ ? kSelect : 0) | more);
}

void EntropySource::Select(bool on) {
  selected_ = on;
  Control(0);
}

void EntropySource::ClearAlarm() { Control(kClear); }

void EntropySource::Inject(std::uint32_t fault) {
  if (!model_) throw Error(Exit::kIncompatible, "real rings take no faults", link_.url(), "only a simulation model does");
  link_.WriteRegister(regs::kRegEntropyControl, fault << 4 | (selected_ ? kSelect : 0));
}

std::vector<std::uint32_t> EntropySource::Raw(int words, Deadline deadline) {
  std::vector<std::uint32_t> raw;
  while (true) {
    CheckInterrupt("reading raw bits");
    for (int waiting = State().waiting; waiting > 0 && raw.size() < static_cast<std::size_t>(words); --waiting) {
      raw.push_back(link_.ReadRegister(regs::kRegEntropyRaw));
    }
    if (raw.size() == static_cast<std::size_t>(words)) return raw;
    if (steady_clock::now() > deadline) {
      throw Error(Exit::kLink, "raw bits do not come", link_.url(), "are the rings selected, and does the core's clock run?");
    }
    link_.Idle(milliseconds(1));
  }
}

NoiseState EntropySource::Seed(Deadline deadline) {
  EntropyState state = State();
  for (; !state.ready && state.cause == 0; state = State()) {
    CheckInterrupt("waiting for the start-up test of the rings");
    if (steady_clock::now() > deadline) {
      throw Error(Exit::kLink, "the start-up test of the rings does not end", link_.url(), "does the core's clock run?");
    }
    link_.Idle(milliseconds(1));
  }
  const std::vector<std::uint32_t> raw = state.cause == 0 ? Raw(kSeedWords, deadline) : std::vector<std::uint32_t>();
  if (state.cause == 0) state = State();  // what the tests have found in these bits counts
  if (state.cause != 0) ThrowAlarm(state.cause);
  return ConditionSeed(raw);
}

void EntropySource::ThrowAlarm(std::uint32_t cause) const {
  throw Error(Exit::kHealth, "health alarm of the ring oscillators (" + CauseText(cause) + "), sampling has stopped", link_.url(),
              "look with `tsu entropy`, clear with its --clear-alarm, or run with a fixed --seed");
}

NoiseState ConditionSeed(std::span<const std::uint32_t> raw) {
  Bytes bytes;
  for (const std::uint32_t word : raw) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  }
  const std::string digest = Sha256(bytes);
  constexpr std::size_t kDigits = regs::kNoiseWordBits / 4;
  NoiseState state{};
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] = static_cast<std::uint32_t>(std::stoul(digest.substr(kDigits * i, kDigits), nullptr, 16));
  }
  if ((state[0] | state[1] | state[2] | state[3]) == 0) state[0] = 1;
  return state;
}

}  // namespace tsu
