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

// A symbolic link that is there as long as the board is.
class PathLink {
 public:
  PathLink(const std::string& target, const std::string& path) : path_(path) {
    if (path_.empty()) return;
    // Aside and renamed: whoever waits for the path never sees it half made, and a link that was
    // left over is replaced.
    const std::string aside = path_ + "." + std::to_string(getpid());
    if (std::filesystem::exists(std::filesystem::symlink_status(path_)) &&
        !std::filesystem::is_symlink(path_)) {
      throw Error(Exit::kOutput, "will not replace a file by a link", path_, "name another path");
    }
    if (symlink(target.c_str(), aside.c_str()) != 0 || rename(aside.c_str(), path_.c_str()) != 0) {
      const int error = errno;
      unlink(aside.c_str());
      throw Error(Exit::kOutput, std::string("cannot make the link, ") + std::strerror(error),
                  path_, "name a path in a folder you may write");
    }
  }
  ~PathLink() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  PathLink(const PathLink&) = delete;
  PathLink& operator=(const PathLink&) = delete;

 private:
  std::string path_;
};

}  // namespace

void ServeSim(const ServeOptions& options) {
  PtyBoard<Vtsu_board> board;
  const PathLink link(board.path(), options.link);
  if (options.ready) options.ready(board.path());
  board.Run(*options.stop);
}

}  // namespace tsu::verif
