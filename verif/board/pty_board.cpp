// SPDX-License-Identifier: Apache-2.0
#include "verif/board/pty_board.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "Vtsu_board.h"
#include "tsu/error.hpp"

namespace tsu::verif {
namespace {

namespace fs = std::filesystem;

// A symbolic link that is there as long as the board is. Replaces nothing but what a killed server has left: a link to a
// pseudo-terminal. Removes nothing but itself.
class PathLink {
 public:
  PathLink(const std::string& target, const std::string& path) : target_(target), path_(path) {
    if (path_.empty()) return;
    std::error_code failure;
    if (fs::exists(fs::symlink_status(path_, failure)) && !Link().starts_with("/dev/pts/")) {
      throw Error(Exit::kOutput, "will not replace what is there by a link", path_, "name another path");
    }
    // Aside and renamed: whoever waits for the path never sees it half made.
    const std::string aside = path_ + "." + std::to_string(getpid()) + ".tmp";
    const bool made = symlink(target.c_str(), aside.c_str()) == 0;
    if (!made || rename(aside.c_str(), path_.c_str()) != 0) {
      const int error = errno;
      if (made) unlink(aside.c_str());
      throw Error(Exit::kOutput, std::string("cannot make the link (") + std::strerror(error) + ")",
                  path_, "name a path in a folder you may write");
    }
  }
  ~PathLink() {
    if (!path_.empty() && Link() == target_) unlink(path_.c_str());
  }
  PathLink(const PathLink&) = delete;
  PathLink& operator=(const PathLink&) = delete;

 private:
  // What the link at the path points to; "" when there is none.
  std::string Link() const {
    std::error_code failure;
    return fs::read_symlink(path_, failure).string();
  }

  std::string target_, path_;
};

}  // namespace

void ServeSim(const ServeOptions& options) {
  PtyBoard<Vtsu_board> board;
  const PathLink link(board.path(), options.link);
  if (options.ready) options.ready(board.path());
  board.Run(*options.stop);
}

}  // namespace tsu::verif
