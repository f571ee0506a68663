// SPDX-License-Identifier: Apache-2.0
#include "tsu/core_device.hpp"
#include "tsu/device.hpp"
#include "tsu/error.hpp"
#include "tsu/uart.hpp"

namespace tsu {
namespace {

int Number(const DeviceUrl& url, const std::string& key, int fallback, int least, int most) {
  const std::string text = url.Option(key, std::to_string(fallback));
  std::size_t end = 0;
  long value = 0;
  try {
    value = std::stol(text, &end);
  } catch (const std::exception&) {
    end = 0;
  }
  if (end == 0 || end != text.size() || value < least || value > most) {
    throw Error(Exit::kUsage, "bad " + key + " '" + text + "'", "uart:" + url.path,
                "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return static_cast<int>(value);
}

}  // namespace

void RegisterUartDevice() {
  RegisterDevice("uart", [](const DeviceUrl& url) {
    for (const auto& [key, value] : url.options) {
      if (key != "baud" && key != "timeout")
        throw Error(Exit::kUsage, "unknown option '" + key + "'", "uart:" + url.path,
                    "baud, timeout");
    }
    if (url.path.empty())
      throw Error(Exit::kUsage, "no serial port named",
                  "uart:", "for example uart:/dev/ttyUSB1?baud=1000000");
    LinkOptions options;
    options.baud = Number(url, "baud", options.baud, 300, 16'000'000);
    options.timeout = std::chrono::milliseconds(
        Number(url, "timeout", static_cast<int>(options.timeout.count()), 1, 600'000));
    return MakeCoreDevice(
        MakeLinkTransport(OpenUart(url.path, options.baud), "uart:" + url.path, options));
  });
}

}  // namespace tsu
