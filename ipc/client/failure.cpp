#include "ipc/client/failure.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace icure::client {
namespace {

constexpr std::array<std::pair<std::string_view, Exit>, 17> kExits = {{
    {"not_found", Exit::not_found},
    {"not_mirrored", Exit::try_later},
    {"stale", Exit::stale},
    {"forbidden", Exit::not_permitted},
    {"conflict", Exit::conflict},
    {"key_reused", Exit::conflict},
    {"held", Exit::conflict},
    {"offline", Exit::offline},
    {"login_failed", Exit::login_needed},
    {"login_locked", Exit::try_later},
    {"login_needed", Exit::login_needed},
    {"otp_needed", Exit::login_needed},
    {"queue_full", Exit::try_later},
    {"read_only", Exit::try_later},
    {"unavailable", Exit::try_later},
    {"blocked", Exit::failed},
    {"internal", Exit::failed},
}};

}  // namespace

Exit exit_of(const Failure& failure) {
  switch (failure.trouble) {
    case Trouble::unreachable:
    case Trouble::lost:
      return Exit::unreachable;
    case Trouble::not_allowed:
      return Exit::not_permitted;
    case Trouble::timed_out:
      return Exit::try_later;
    case Trouble::refused:
      break;
  }
  // JSON-RPC's own codes say that the call itself was wrong: a method or params it does not have.
  if (failure.code >= -32700 && failure.code <= -32600) return Exit::usage;
  for (const auto& [word, exit] : kExits) {
    if (word == failure.word) return exit;
  }
  return Exit::failed;
}

std::string json_of(const Failure& failure) {
  nlohmann::ordered_json data = {{"code", failure.word}, {"retryable", failure.retryable}};
  if (failure.retry_after) data["retry_after_ms"] = failure.retry_after->count();
  if (!failure.hint.empty()) data["hint"] = failure.hint;
  const nlohmann::ordered_json error = {
      {"code", failure.code}, {"message", failure.message}, {"data", std::move(data)}};
  return error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace icure::client
