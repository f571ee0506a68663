// SPDX-License-Identifier: Apache-2.0
// A disk that is soon full, mounted on a folder as long as it is in scope.
#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <string>

namespace tsu::test {

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& folder) : folder_(folder) {
    std::filesystem::create_directory(folder_);
    mounted_ = mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=8k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount(folder_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  std::string operator/(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
  bool mounted_;
};

// Mounting is for root alone; /dev/full and a file size limit are what everybody's tests have.
#define TSU_NEEDS_DISK(disk) \
  if (!(disk).mounted()) GTEST_SKIP() << "mounting a small tmpfs needs root"

}  // namespace tsu::test
