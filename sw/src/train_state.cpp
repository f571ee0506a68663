// SPDX-License-Identifier: Apache-2.0
#include "train_state.hpp"

#include <cstring>
#include <filesystem>
#include <string_view>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu::train {
namespace {

constexpr std::string_view kMagic = "tsu checkpoint 3\n";

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

constexpr double State::*kDoubles[] = {&State::penalty,     &State::autocorrelation, &State::stretch_gap,
                                       &State::stretch_seconds, &State::seconds};
constexpr Parameters State::*kParameters[] = {&State::parameters, &State::average, &State::chosen};

void PutState(std::string& out, const State& state) {
  for (const std::int64_t n : {state.step, state.adam.step, state.stretch_steps}) PutNumber(out, n);
  for (const auto x : kDoubles) PutNumber(out, state.*x);
  PutNumber<std::uint64_t>(out, state.scores.size());
  for (const double score : state.scores) PutNumber(out, score);
  PutNumber<std::uint64_t>(out, state.lines.size());
  for (const TrainLine& line : state.lines) PutNumber(out, line);
  for (const auto p : kParameters) PutFloats(out, state.*p);
  for (const auto* p : {&state.adam.first, &state.adam.second}) PutFloats(out, *p);
}
State GetState(Reader& in) {
  State state;
  for (std::int64_t* n : {&state.step, &state.adam.step, &state.stretch_steps}) *n = in.Number<std::int64_t>();
  for (const auto x : kDoubles) state.*x = in.Number<double>();
  const auto scores = in.Number<std::uint64_t>();
  for (std::uint64_t k = 0; k < scores && !in.bad; ++k) state.scores.push_back(in.Number<double>());
  const auto lines = in.Number<std::uint64_t>();
  for (std::uint64_t k = 0; k < lines && !in.bad; ++k) state.lines.push_back(in.Number<TrainLine>());
  for (const auto p : kParameters) state.*p = in.Floats();
  for (auto* p : {&state.adam.first, &state.adam.second}) *p = in.Floats();
  return state;
}

std::uint64_t Sum(std::string_view text) {  // FNV-1a
  std::uint64_t sum = 0xCBF29CE484222325ull;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return sum;
}

}  // namespace

std::string PackState(const std::string& identity, int pass, const State& state) {
  std::string out(kMagic);
  const std::string name = identity + " pass " + std::to_string(pass);
  PutNumber<std::uint64_t>(out, name.size());
  out += name;
  PutState(out, state);
  PutNumber(out, Sum(out));
  return out;
}

State UnpackState(const std::string& whole, const std::string& path, const std::string& identity, int pass, std::size_t parameters) {
  const std::string_view text = whole;
  const Error damaged(Exit::kBadInput, "damaged checkpoint", path, "delete it to start this layer afresh");
  const std::size_t tail = sizeof(std::uint64_t);
  if (text.size() < kMagic.size() + tail || text.compare(0, kMagic.size(), kMagic) != 0) throw damaged;
  std::string_view body = text;
  Reader sum{body.substr(body.size() - tail)};
  body.remove_suffix(tail);
  if (sum.Number<std::uint64_t>() != Sum(body)) throw damaged;
  Reader in{body.substr(kMagic.size())};
  const auto size = in.Number<std::uint64_t>();
  if (in.bad || size > in.rest.size()) throw damaged;
  if (in.rest.substr(0, size) != identity + " pass " + std::to_string(pass))
    throw Error(Exit::kBadInput, "checkpoint of another training (options or data differ)", path,
                "delete it, or give the same command");
  in.rest.remove_prefix(size);
  const State state = GetState(in);
  if (in.bad || !in.rest.empty()) throw damaged;
  // The sum is no seal: what is indexed must have its size.
  const auto fits = [parameters](const Parameters& p) { return p.size() == parameters; };
  const bool done = state.parameters.empty();
  if (!fits(state.average) || (done ? !fits(state.chosen) : !fits(state.parameters)) || state.step < (done ? 1 : 0)) throw damaged;
  return state;
}

std::string ReadState(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure) && !failure) return "";
  const tsu::Bytes bytes = ReadFile(path);
  if (bytes.empty()) throw Error(Exit::kBadInput, "damaged checkpoint", path, "delete it to start this layer afresh");
  return {bytes.begin(), bytes.end()};
}

}  // namespace tsu::train
