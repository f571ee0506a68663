// SPDX-License-Identifier: Apache-2.0
#include "tsu/device.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "tsu/error.hpp"

namespace tsu {
namespace {

std::map<std::string, DeviceFactory>& Factories() {
  static std::map<std::string, DeviceFactory> factories;
  return factories;
}

}  // namespace

bool DeviceUrl::Has(const std::string& key) const {
  return std::any_of(options.begin(), options.end(), [&](const auto& option) { return option.first == key; });
}

std::string DeviceUrl::Option(const std::string& key, const std::string& fallback) const {
  for (const auto& [name, value] : options) {
    if (name == key) return value;
  }
  return fallback;
}

int DeviceUrl::Number(const std::string& key, int fallback, int least, int most) const {
  if (!Has(key)) return fallback;
  const std::string digits = Option(key, "");
  int value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc() || end != digits.data() + digits.size() || value < least || value > most) {
    throw Error(Exit::kUsage, "bad device option " + key, "'" + text + "'",
                key + "= takes a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

void DeviceUrl::Expect(bool takes_path, const std::vector<std::string>& keys, const std::string& usage) const {
  if (takes_path && path.empty()) throw Error(Exit::kUsage, "the device URL names no path", "'" + text + "'", "write " + usage);
  if (!takes_path && !path.empty()) throw Error(Exit::kUsage, scheme + ": takes no path", "'" + text + "'", "write " + usage);
  for (const auto& [key, value] : options) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      throw Error(Exit::kUsage, "unknown device option '" + key + "'", "'" + text + "'", "write " + usage);
    }
  }
}

DeviceUrl ParseDeviceUrl(const std::string& url) {
  const auto colon = url.find(':');
  if (colon == std::string::npos || colon == 0) {
    throw Error(Exit::kUsage, "not a device URL", "'" + url + "'", "write SCHEME:PATH?key=value, for example cpu: or uart:/dev/ttyUSB1?baud=1000000");
  }
  DeviceUrl parsed;
  parsed.text = url;
  parsed.scheme = url.substr(0, colon);
  const auto question = url.find('?', colon);
  parsed.path = url.substr(colon + 1, question == std::string::npos ? std::string::npos : question - colon - 1);
  for (std::size_t at = question; at != std::string::npos;) {
    const auto next = url.find('&', at + 1);
    const std::string option = url.substr(at + 1, next == std::string::npos ? std::string::npos : next - at - 1);
    const auto equals = option.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(Exit::kUsage, "device option '" + option + "' is not key=value", "'" + url + "'", "for example cpu:?threads=2");
    }
    if (parsed.Has(option.substr(0, equals))) {
      throw Error(Exit::kUsage, "device option " + option.substr(0, equals) + " is given twice", "'" + url + "'", "give it once");
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
