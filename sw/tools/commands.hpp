// SPDX-License-Identifier: Apache-2.0
// What the commands of `tsu` share. Each command lives in its own file and adds itself to the parser.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace tsu::tool {

struct Context {
  bool json = false;  // print one JSON object on standard output and nothing else there

  // Prints the answer: the object when --json was given, else the text.
  void Answer(const nlohmann::json& object, const std::string& text) const;
};

// Adds `--json`, common to all commands.
void AddJsonFlag(CLI::App& command, Context& context);

// Help text for --device.
extern const char* const kDeviceHelp;

// Lets only numbers in low..high through: no wrap, no rest, no octal, no NaN.
template <typename T>
CLI::Validator Within(T low, T high) {
  std::ostringstream range;
  range << low << ".." << high;
  return {[low, high, text = range.str()](std::string& given) {
            T number{};
            const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), number);
            const bool whole = failure == std::errc() && end == given.data() + given.size();
            if (!whole || !(number >= low && number <= high)) return "'" + given + "' is not a number in " + text;
            if (std::is_integral_v<T>) given = std::to_string(number);  // the parser takes 010 for 8
            return std::string();
          },
          range.str()};
}

// Adds an option that takes a number in low..high and nothing else.
template <typename T>
CLI::Option* AddNumber(CLI::App& command, const std::string& name, T& value, const std::string& help, T low, T high) {
  return command.add_option(name, value, help)->type_name("N")->transform(Within(low, high))->capture_default_str();
}

// Adds an option that takes numbers in low..high with commas between.
template <typename T>
CLI::Option* AddNumbers(CLI::App& command, const std::string& name, std::vector<T>& values, const std::string& help, T low, T high) {
  return command.add_option(name, values, help)->type_name("N,N,...")->delimiter(',')->transform(Within(low, high))->allow_extra_args(false);
}

// Adds an option or argument that names a file, a folder or a device: never an empty text (an unset variable of a script).
template <typename T>
CLI::Option* AddName(CLI::App& command, const std::string& name, T& value, const std::string& kind, const std::string& help) {
  const CLI::Validator named([](std::string& given) { return given.empty() ? std::string("is empty") : std::string(); }, "");
  return command.add_option(name, value, help)->type_name(kind)->check(named);
}

// Adds `--device`.
template <typename T>
CLI::Option* AddDevice(CLI::App& command, T& url) {
  return AddName(command, "--device", url, "URL", kDeviceHelp)->capture_default_str();
}

// Largest seed.
inline constexpr std::uint64_t kMostSeed = ~std::uint64_t{0};

// One line on standard error that rewrites itself; silent unless standard error is a terminal. Under mpirun, which hides the
// terminal, the first rank prints a line every half minute.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();  // ends the line
  void Show(double done, const std::string& detail = "");

 private:
  std::string what_;
  bool terminal_, lines_, shown_ = false;
  double start_, last_ = -1, first_ = -1;  // first_: share that was done when first shown (a resumed training)
};

// Name of this machine's processor, for figures.
std::string CpuName();

void AddInfoCommand(CLI::App& app, Context& context);
void AddSelftestCommand(CLI::App& app, Context& context);
void AddRunCommand(CLI::App& app, Context& context);
void AddBenchCommand(CLI::App& app, Context& context);
void AddServeSimCommand(CLI::App& app, Context& context);
void AddTrainCommand(CLI::App& app, Context& context);
void AddEvalCommand(CLI::App& app, Context& context);
void AddDiagnoseCommand(CLI::App& app, Context& context);
void AddPlotCommand(CLI::App& app, Context& context);
void AddDemoCommand(CLI::App& app, Context& context);
void AddEntropyCommand(CLI::App& app, Context& context);

}  // namespace tsu::tool
