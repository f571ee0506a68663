// SPDX-License-Identifier: Apache-2.0
#include "tsu/device.hpp"

#include <map>

#include "tsu/error.hpp"

namespace tsu {
namespace {

std::map<std::string, DeviceFactory>& Factories() {
  static std::map<std::string, DeviceFactory> factories;
  return factories;
}

}  // namespace

std::string DeviceUrl::Option(const std::string& key, const std::string& fallback) const {
  for (const auto& [name, value] : options) {
    if (name == key) return value;
  }
  return fallback;
}

DeviceUrl ParseDeviceUrl(const std::string& url) {
  const auto colon = url.find(':');
  if (colon == std::string::npos || colon == 0) {
    throw Error(Exit::kUsage, "not a device URL", "'" + url + "'", "write SCHEME:PATH?key=value, for example cpu: or uart:/dev/ttyUSB1?baud=1000000");
  }
  DeviceUrl parsed;
  parsed.scheme = url.substr(0, colon);
  const auto question = url.find('?', colon);
  parsed.path = url.substr(colon + 1, question == std::string::npos ? std::string::npos : question - colon - 1);
  for (std::size_t at = question; at != std::string::npos;) {
    const auto next = url.find('&', at + 1);
    const std::string option = url.substr(at + 1, next == std::string::npos ? std::string::npos : next - at - 1);
    const auto equals = option.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(Exit::kUsage, "device option is not key=value", "'" + option + "' in '" + url + "'", "");
    }
    parsed.options.emplace_back(option.substr(0, equals), option.substr(equals + 1));
    at = next;
  }
  return parsed;
}

void RegisterDevice(const std::string& scheme, DeviceFactory factory) {
  Factories()[scheme] = std::move(factory);
}

std::unique_ptr<Device> OpenDevice(const std::string& url) {
  const DeviceUrl parsed = ParseDeviceUrl(url);
  const auto found = Factories().find(parsed.scheme);
  if (found == Factories().end()) {
    std::string known;
    for (const auto& [scheme, factory] : Factories()) known += (known.empty() ? "" : ", ") + scheme + ":";
    throw Error(Exit::kUsage, "unknown device scheme", "'" + url + "'", "known: " + known);
  }
  return found->second(parsed);
}

}  // namespace tsu
