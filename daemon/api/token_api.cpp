#include "daemon/api/token_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/request_digest.h"
#include "sync/outbox/mint_token.h"

namespace icure::api {
namespace {

using ipc::param;

constexpr std::int64_t kLongest =
    std::int64_t{10} * 366 * 24 * 3600;  // the platform's own clients'

/// Of the token at the platform: the same key replaces it, and tells nobody there who asked.
std::string label_of(const store::IdempotencyKey& key) {
  RequestDigest digest("label of user.token");
  digest.add("uid", std::int64_t{key.uid});
  digest.add("key", key.key);
  return "icure-syncd-" + digest.text().substr(0, 32);
}

}  // namespace

constexpr auto UserToken::params() {
  return std::tuple_cat(
      key_param<UserToken>(),
      std::tuple(param("id", &UserToken::id, "the user's id").length(1, 200),
                 param("validity_s", &UserToken::validity_s, "how long it opens, in seconds")
                     .range(1, kLongest)));
}

void TokenApi::register_on(ipc::Methods& methods) {
  methods.add({"user.token", ipc::Role::admin,
               "Make a token for a user, such as a device's; the same key again replaces it",
               R"({"type":"object","properties":{"token":{"type":"string",)"
               R"("description":"shown once: it is kept nowhere"}},"required":["token"]})"},
              *this, &TokenApi::token);
}

ipc::Methods::Answer TokenApi::token(ipc::Call call, UserToken request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  auto key = key_of(call, "user.token", request);
  auto find = [&] { return writes_.ledger.known(key); };
  auto before = co_await writes_.ledger_thread.run(std::move(find));
  if (!before) co_return std::move(before).error();
  auto token = co_await sync::mint_token(users_, writes_.random, request.id, label_of(key),
                                         std::chrono::seconds(request.validity_s), call.stop());
  if (!token) co_return std::move(token).error();
  store::Item item;  // that it was made, and under which key
  item.op = "user.token";
  item.entity = std::move(request.id);
  item.state = store::ItemState::done;
  auto noted = co_await writes_.outbox.enqueue(std::move(item), std::move(key));
  if (!noted) co_return std::move(noted).error();
  const nlohmann::json reply = {{"token", token->reveal()}};
  co_return reply.dump();
}

}  // namespace icure::api
