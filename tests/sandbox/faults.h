// Faults that a test has ordered: which request is to be spoilt, and how.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "tests/sandbox/http.h"

namespace icure::sandbox {

struct Fault {
  enum class Kind {
    status,
    delay,
    drop,
    truncate,
    garbage,
    wrong_shape,
    oversize,
    close_after_commit
  };

  std::string match;
  std::regex pattern;
  Kind kind = Kind::status;
  int status = 503;
  std::optional<std::string> body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds delay{0};
  std::uint64_t bytes = 0;
  std::uint64_t skip = 0;
  std::uint64_t times = 0;  // how often it still strikes
  std::uint64_t struck = 0;
};

/// Any thread.
class Faults {
 public:
  /// Empty on success, else what is wrong with the order.
  std::string add(const nlohmann::json& order);
  void clear();
  /// The first fault that fits and still has a turn. `line` is "METHOD path".
  std::optional<Fault> strike(const std::string& line);
  std::string list() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;  // guarded by mutex_
};

/// What a faulty platform answers. Empty: nothing, the connection is closed.
std::optional<Reply> spoil(const Fault& fault, Request request,
                           const std::function<Reply(const Request&)>& answer);

}  // namespace icure::sandbox
