#include "ipc/hello.h"

#include <nlohmann/json.hpp>

#include "ipc/openrpc.h"

namespace icure::ipc {
namespace {

constexpr auto kHelloResult = R"({"type":"object","required":["server","version","protocol","role"],
  "properties":{"server":{"type":"string"},"version":{"type":"string"},"protocol":{"type":"integer"},
  "role":{"enum":["none","reader","operator","admin"]},
  "actor":{"type":"string","description":"the user whose session was given"}}})";

}  // namespace

void Hello::register_on(Methods& methods) {
  methods.add({"hello", Role::none, "Says who is calling and learns who answers", kHelloResult,
               Effect::none},
              *this, &Hello::hello);
  methods.add({"rpc.discover", Role::reader, "Describes every method, as an OpenRPC document",
               R"({"type":"object"})", Effect::none},
              *this, &Hello::discover);
}

Task<Result<std::string>> Hello::hello(Call call, HelloParams params) {
  if (params.protocol != kProtocol) {
    co_return Error{Code::invalid,
                    "protocol " + std::to_string(params.protocol) + " is not spoken here, only " +
                        std::to_string(kProtocol),
                    "use a client library of the same major version as the daemon"};
  }
  auto& caller = call.caller();
  auto actor = std::move(params.actor).value_or("");
  if (params.session) {
    auto user = co_await whose_(std::move(*params.session));
    if (!user) co_return std::move(user).error();
    if (!actor.empty() && actor != *user) {
      co_return Error{Code::invalid, "the session is not the actor's", "give one of them only"};
    }
    actor = *std::move(user);
  }
  caller.client = std::move(params.client);
  caller.actor = std::move(actor);
  caller.actor_verified = params.session.has_value();
  nlohmann::ordered_json reply = {{"server", "icure-syncd"},
                                  {"version", version_},
                                  {"protocol", kProtocol},
                                  {"role", name_of(caller.grant.role)}};
  if (caller.actor_verified) reply["actor"] = caller.actor;
  co_return reply.dump();
}

Task<Result<std::string>> Hello::discover(Call, NoParams) {
  co_return openrpc_document(methods_, version_);
}

}  // namespace icure::ipc
