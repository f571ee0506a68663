// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <string>

#include "tsu/cpu.hpp"
#include "tsu/error.hpp"

namespace tsu {

void RegisterCpuDevice() {
  RegisterDevice("cpu", [](const DeviceUrl& url) {
    const std::string threads = url.Option("threads", "0");
    int count = 0;
    const auto [end, failure] = std::from_chars(threads.data(), threads.data() + threads.size(), count);
    if (failure != std::errc() || end != threads.data() + threads.size() || count < 0 || count > 1024)
      throw Error(Exit::kUsage, "not a number of threads", "cpu:?threads=" + threads, "0 = one a core");
    return MakeCpuDevice(count, url.Option("target", ""));
  });
}

}  // namespace tsu
