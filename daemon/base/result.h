// Result<T>: a value or an Error. The one way an expected failure travels in this program.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace icure {

using Millis = std::chrono::milliseconds;

/// What a caller may branch on. The first group is the vocabulary of the socket
/// (ipc/protocol.cpp maps it to words), the second never leaves the program by name.
enum class Code {
  not_found,
  not_mirrored,
  stale,
  forbidden,
  invalid,
  conflict,
  key_reused,
  offline,
  login_failed,
  login_locked,
  login_needed,
  otp_needed,
  blocked,
  queue_full,
  held,
  read_only,
  unavailable,
  internal,

  cancelled,
  corrupt,
  wrong_key,
  io,
};

struct Error {
  Code code = Code::internal;
  std::string message;    ///< For a person; never parsed, never holds secrets or patient data.
  std::string hint = {};  ///< What to do next; may be empty.
  std::optional<Millis> retry_after = {};
};

struct Done {};  ///< The value of a Result that has nothing to say beyond "it worked".

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value)  // NOLINT(google-explicit-constructor): `return value;` is the point
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error)  // NOLINT(google-explicit-constructor): as above
      : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const E& error() const& { return std::get<1>(state_); }
  E&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, E> state_;
};

}  // namespace icure
