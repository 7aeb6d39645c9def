// Programs that a command runs: scripts of the test's own, found before all others. And what is
// typed to it.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace icure::support {

/// A variable of the environment, as long as this lives; nothing: it is not set.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* known = std::getenv(name)) before_ = known;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_); }

 private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      setenv(name_, value->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  const char* name_;
  std::optional<std::string> before_;
};

/// In the place of an open file of this process, as long as this lives.
class Redirected {
 public:
  Redirected(int file, int by) : file_(file), before_(fcntl(file, F_DUPFD_CLOEXEC, 3)) {
    dup2(by, file);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  ~Redirected() {
    dup2(before_, file_);
    close(before_);
  }

 private:
  int file_;
  int before_;
};

/// What comes in on the input; not from a person.
class Typed {
 public:
  explicit Typed(const std::string& text) : text_(text), before_(std::cin.rdbuf(text_.rdbuf())) {
    std::cin.clear();
  }
  Typed(const Typed&) = delete;
  Typed& operator=(const Typed&) = delete;
  ~Typed() {
    std::cin.rdbuf(before_);
    std::cin.clear();
    close(nothing_);
  }

 private:
  std::istringstream text_;
  std::streambuf* before_;
  int nothing_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
  Redirected input_{STDIN_FILENO, nothing_};
};

class Programs {
 public:
  /// `script` is run by the shell; it finds its directory in $here.
  std::string add(const std::string& name, const std::string& script) {
    std::ofstream(path(name)) << "#!/bin/sh\nhere=" << directory_.path().string() << "\n"
                              << "printf '%s\\n' \"$@\" > \"$0.arguments\"\n"
                              << "env > \"$0.environment\"\n"
                              << "IFS= read -r line; printf '%s' \"$line\" > \"$0.input\"\n"
                              << script << "\n";
    std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
    return path(name);
  }
  std::string path(const std::string& name) const { return directory_.path() / name; }

  bool was_run(const std::string& name) const {
    return std::filesystem::exists(path(name) + ".arguments");
  }
  /// Of its last run: each on a line.
  std::string arguments(const std::string& name) const { return read(name + ".arguments"); }
  std::string environment(const std::string& name) const { return read(name + ".environment"); }
  /// The first line of it.
  std::string input(const std::string& name) const { return read(name + ".input"); }

 private:
  std::string read(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TempDir directory_;
  Typed nothing_{""};
  Variable path_{"PATH", directory_.path().string() + ":/usr/bin:/bin"};
  Variable credentials_{"CREDENTIALS_DIRECTORY", std::nullopt};
};

}  // namespace icure::support
