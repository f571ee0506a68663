// SPDX-License-Identifier: Apache-2.0
// The master side of a pseudo-terminal: what a simulated board, or a relay, holds while programs
// open its path.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tsu::verif {

class Pty {
 public:
  Pty();  // throws tsu::Error(kInternal) when the system has none left
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  const std::string& path() const { return path_; }
  int fd() const { return fd_; }
  // Never blocks; 0 when nothing came or nobody has the path open.
  std::size_t Read(std::span<std::uint8_t> data);
  // Never blocks; bytes that nobody takes are lost, as on a line. Returns how many were taken.
  std::size_t Write(std::span<const std::uint8_t> data);
  // Waits until bytes come, at most so long.
  void Wait(int milliseconds);
  // Baud rate that the program at the other side has set.
  int baud() const;

 private:
  int fd_ = -1;
  std::string path_;
};

}  // namespace tsu::verif
