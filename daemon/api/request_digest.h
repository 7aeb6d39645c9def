// A request in 64 hex digits, by which one that comes again is told from another one under the same
// key: what it asks counts, not how its JSON is spaced or ordered.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ipc/call.h"
#include "ipc/params.h"
#include "store/outbox.h"

namespace icure::api {

class RequestDigest {
 public:
  explicit RequestDigest(std::string_view method);

  void add(std::string_view name, const std::string& value);
  void add(std::string_view name, std::int64_t value);
  void add(std::string_view name, bool value);
  void add(std::string_view name, const std::vector<std::string>& value);
  void add(std::string_view name, const ipc::RawJson& value);
  /// An absent one is as good as none.
  template <class T>
  void add(std::string_view name, const std::optional<T>& value) {
    if (value) add(name, *value);
  }

  std::string text() const;  ///< SHA-256.

 private:
  void append(std::string_view part);
  std::string canonical_;  // each part behind its length
};

/// The key of a request that is Keyed; its other params are what it stands for.
template <class Request>
store::IdempotencyKey key_of(const ipc::Call& call, std::string_view method,
                             const Request& request) {
  RequestDigest digest(method);
  const auto add = [&](const auto& param) {
    if (param.rule.name != "key") digest.add(param.rule.name, request.*(param.member));
  };
  std::apply([&](const auto&... params) { (add(params), ...); }, Request::params());
  return {call.peer().uid, request.key, digest.text()};
}

}  // namespace icure::api
