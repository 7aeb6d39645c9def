#include "ipc/client/reply.h"

#include <nlohmann/json.hpp>

namespace icure::client {
namespace {

using Json = nlohmann::json;

// A member of the wrong type counts as absent: an error must never hide behind its own form.
template <class T>
T member(const Json& object, const char* name, T otherwise) {
  if (!object.is_object()) return otherwise;
  const auto at = object.find(name);
  if (at == object.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::string>) return at->is_string() ? at->get<T>() : otherwise;
  if constexpr (std::is_same_v<T, bool>) return at->is_boolean() ? at->get<T>() : otherwise;
  return at->is_number() ? at->get<T>() : otherwise;
}

Failure failure_of(std::string_view text) {
  const auto error = Json::parse(text);
  const auto data = error.is_object() ? error.value("data", Json::object()) : Json::object();
  Failure failure;
  failure.code = member(error, "code", 0);
  failure.message = member(error, "message", std::string("the daemon gives no reason"));
  failure.word = member(data, "code", std::string("internal"));
  failure.hint = member(data, "hint", std::string());
  failure.retryable = member(data, "retryable", false);
  if (data.is_object() && data.contains("retry_after_ms")) {
    failure.retry_after = Millis(member(data, "retry_after_ms", std::int64_t{0}));
  }
  return failure;
}

}  // namespace

std::optional<Reply> parse_reply(ipc::Padded line) {
  auto parsed = ipc::parse_server_line(line);
  if (!parsed) return std::nullopt;
  Reply reply;
  reply.id = parsed->id;
  reply.method = std::move(parsed->method);
  reply.text = parsed->id.empty() ? parsed->params : parsed->result;
  if (!parsed->error.empty()) reply.failure = failure_of(parsed->error);
  return reply;
}

}  // namespace icure::client
