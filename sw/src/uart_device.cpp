// SPDX-License-Identifier: Apache-2.0
#include "tsu/core_device.hpp"
#include "tsu/device.hpp"
#include "tsu/uart.hpp"

namespace tsu {
void RegisterUartDevice() {
  RegisterDevice("uart", [](const DeviceUrl& url) {
    url.Expect(true, {"baud", "timeout"}, "uart:PATH?baud=N&timeout=MS, for example uart:/dev/ttyUSB1?baud=1000000");
    LinkOptions options;
    options.baud = url.Number("baud", options.baud, 300, 16'000'000);
    options.timeout = std::chrono::milliseconds(url.Number("timeout", static_cast<int>(options.timeout.count()), 1, 600'000));
    return MakeCoreDevice(
        MakeLinkTransport(OpenUart(url.path, options.baud), "uart:" + url.path, options));
  });
}

}  // namespace tsu
