// SPDX-License-Identifier: Apache-2.0
// Runs programs of this build as a user would: separate processes, their output, exit codes, deadlines.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tsu::test {

// build/tsu, found beside the folder of the running test program.
inline std::string ToolPath() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "tsu").string();
}

// A child process with its standard output and error in pipes. Killed when it goes out of scope.
class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments) {
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) throw std::runtime_error("pipe");
    pid_ = fork();
    if (pid_ == 0) {
      signal(SIGHUP, SIG_DFL);  // ignored when the tests run under nohup, and inherited
      dup2(out[1], 1);
      dup2(err[1], 2);
      std::vector<char*> argv;
      for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(out[1]);
    close(err[1]);
    fds_[0] = out[0];
    fds_[1] = err[0];
  }
  ~Process() {
    if (!reaped_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    for (int fd : fds_) {
      if (fd >= 0) close(fd);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int number) const { kill(pid_, number); }
  pid_t pid() const { return pid_; }

  // Reads both pipes to their end and reaps the child; false (and the child killed) past the deadline.
  bool Wait(std::chrono::seconds deadline = std::chrono::seconds(120)) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    std::string* text[2] = {&out, &err};
    while (fds_[0] >= 0 || fds_[1] >= 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        kill(pid_, SIGKILL);
        break;
      }
      pollfd polls[2] = {{fds_[0], POLLIN, 0}, {fds_[1], POLLIN, 0}};
      poll(polls, 2, static_cast<int>(left.count()));
      for (int i = 0; i < 2; ++i) {
        if (fds_[i] < 0 || !(polls[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
        char buffer[65536];
        const ssize_t got = read(fds_[i], buffer, sizeof buffer);
        if (got > 0) {
          text[i]->append(buffer, static_cast<std::size_t>(got));
        } else {
          close(fds_[i]);
          fds_[i] = -1;
        }
      }
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    reaped_ = true;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return fds_[0] < 0 && fds_[1] < 0;
  }

  std::string out, err;
  int code = -1000;  // exit code, or minus the signal

 private:
  pid_t pid_ = -1;
  int fds_[2] = {-1, -1};
  bool reaped_ = false;
};

}  // namespace tsu::test
