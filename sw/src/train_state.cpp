// SPDX-License-Identifier: Apache-2.0
#include "train_state.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu::train {
namespace {

constexpr std::string_view kMagic = "tsu checkpoint 2\n";

void Put(std::string& out, const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); }
template <typename T>
void PutNumber(std::string& out, T number) {
  Put(out, &number, sizeof number);
}
void PutFloats(std::string& out, const std::vector<float>& floats) {
  PutNumber<std::uint64_t>(out, floats.size());
  Put(out, floats.data(), floats.size() * sizeof(float));
}

// Reads what Put wrote; sets `bad` instead of going past the end.
struct Reader {
  std::string_view rest;
  bool bad = false;
  void Take(void* data, std::size_t size) {
    if ((bad = bad || size > rest.size())) return;
    std::memcpy(data, rest.data(), size);
    rest.remove_prefix(size);
  }
  template <typename T>
  T Number() {
    T number{};
    Take(&number, sizeof number);
    return number;
  }
  std::vector<float> Floats() {
    const auto size = Number<std::uint64_t>();
    if ((bad = bad || size > rest.size() / sizeof(float))) return {};
    std::vector<float> floats(size);
    Take(floats.data(), size * sizeof(float));
    return floats;
  }
};

void PutState(std::string& out, const State& state) {
  for (const std::int64_t n : {state.step, state.adam.step}) PutNumber(out, n);
  for (const double x : {state.penalty, state.autocorrelation}) PutNumber(out, x);
  PutNumber<std::uint64_t>(out, state.scores.size());
  for (const double score : state.scores) PutNumber(out, score);
  for (const auto* p : {&state.parameters, &state.average, &state.adam.first, &state.adam.second, &state.chosen}) PutFloats(out, *p);
}
State GetState(Reader& in) {
  State state;
  for (std::int64_t* n : {&state.step, &state.adam.step}) *n = in.Number<std::int64_t>();
  for (double* x : {&state.penalty, &state.autocorrelation}) *x = in.Number<double>();
  const auto scores = in.Number<std::uint64_t>();
  for (std::uint64_t k = 0; k < scores && !in.bad; ++k) state.scores.push_back(in.Number<double>());
  for (auto* p : {&state.parameters, &state.average, &state.adam.first, &state.adam.second, &state.chosen}) *p = in.Floats();
  return state;
}

std::uint64_t Sum(std::string_view text) {  // FNV-1a
  std::uint64_t sum = 0xCBF29CE484222325ull;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return sum;
}

}  // namespace

void SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint) {
  std::string out(kMagic);
  PutNumber<std::uint64_t>(out, checkpoint.identity.size());
  out += checkpoint.identity;
  PutNumber<std::uint64_t>(out, checkpoint.finished.size());
  for (const State& state : checkpoint.finished) PutState(out, state);
  PutState(out, checkpoint.state);
  PutNumber(out, Sum(out));
  WriteFileAtomically(path, {reinterpret_cast<const std::uint8_t*>(out.data()), out.size()});
}

bool LoadCheckpoint(const std::string& path, const std::string& identity, std::size_t parameters, Checkpoint& checkpoint) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure) && !failure) return false;
  const tsu::Bytes bytes = ReadFile(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Error damaged(Exit::kBadInput, "damaged checkpoint", path, "delete it to start afresh");
  const std::size_t tail = sizeof(std::uint64_t);
  if (text.size() < kMagic.size() + tail || text.compare(0, kMagic.size(), kMagic) != 0) throw damaged;
  std::string_view body = text;
  Reader sum{body.substr(body.size() - tail)};
  body.remove_suffix(tail);
  if (sum.Number<std::uint64_t>() != Sum(body)) throw damaged;
  Reader in{body.substr(kMagic.size())};
  const auto size = in.Number<std::uint64_t>();
  if (in.bad || size > in.rest.size()) throw damaged;
  if (in.rest.substr(0, size) != identity)
    throw Error(Exit::kBadInput, "checkpoint of another training (options or data differ)", path,
                "delete it, or give the same command");
  in.rest.remove_prefix(size);
  checkpoint = {};
  checkpoint.identity = identity;
  const auto passes = in.Number<std::uint64_t>();
  for (std::uint64_t k = 0; k < passes && !in.bad; ++k) checkpoint.finished.push_back(GetState(in));
  checkpoint.state = GetState(in);
  if (in.bad || !in.rest.empty()) throw damaged;
  // The sum is no seal: what is indexed must have its size.
  const auto fits = [&](const Parameters& p) { return p.size() == parameters; };
  const State& state = checkpoint.state;
  const bool between = state.parameters.empty();  // two passes
  if ((!between && !(fits(state.parameters) && fits(state.average))) || state.step < 0) throw damaged;
  for (const State& done : checkpoint.finished)
    if (!fits(done.average) || !fits(done.chosen)) throw damaged;
  return true;
}

}  // namespace tsu::train
