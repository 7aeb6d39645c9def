#include "daemon/api/key_api.h"

#include <nlohmann/json.hpp>

#include "sync/decrypt/bytes.h"

namespace icure::api {
namespace {

using ipc::param;
using Json = nlohmann::ordered_json;

/// Moves a key into locked memory and leaves nothing of it behind.
Secret taken_from(std::string& text) {
  Secret secret(text);
  sync::decrypt::wipe(text.data(), text.size());
  text.clear();
  return secret;
}

}  // namespace

constexpr auto KeyImport::params() {
  return std::tuple(
      param("owner", &KeyImport::owner, "the id of the data owner whose key it is").length(1, 256),
      param("pkcs8", &KeyImport::pkcs8, "the private key: PKCS#8 as PEM, hex or base64")
          .length(1, 65'536),
      param("jwk", &KeyImport::jwk, "or the private key as a JSON Web Key"),
      param("recovery", &KeyImport::recovery,
            "or the recovery key under which the platform keeps private keys; needs the line")
          .length(1, 1024));
}

constexpr auto KeyRemove::params() {
  return std::tuple(
      param("fingerprint", &KeyRemove::fingerprint, "as key.list shows it").length(1, 4096),
      param("owner", &KeyRemove::owner, "only if it is this data owner's"));
}

Result<Done> KeyImport::check() const {
  if (int{pkcs8.has_value()} + int{jwk.has_value()} + int{recovery.has_value()} == 1) return Done{};
  return Error{Code::invalid, "give exactly one of pkcs8, jwk and recovery"};
}

void KeyApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  methods.add({"key.import", Role::admin, "Take in a data owner's private key",
               R"({"type":"object","properties":{"fingerprint":{"type":"string"},)"
               R"("matches":{"type":"boolean","description":"the data owner lists it; else it )"
               R"(was not kept"}},"required":["fingerprint","matches"]})"},
              *this, &KeyApi::import);
  methods.add({"key.list", Role::admin, "The private keys that were imported",
               R"({"type":"object","properties":{"rows":{"type":"array","items":{"type":"object",)"
               R"("properties":{"owner":{"type":"string"},"fingerprint":{"type":"string"},)"
               R"("imported":{"type":"string","format":"date-time"},"opens":{"type":"integer",)"
               R"("description":"mirrored records that it opened"}},)"
               R"("required":["owner","fingerprint","imported","opens"]}}},"required":["rows"]})",
               ipc::Effect::reads},
              *this, &KeyApi::list);
  methods.add({"key.remove", Role::admin, "Forget a private key and erase what it had opened",
               R"({"type":"object"})"},
              *this, &KeyApi::remove);
}

ipc::Methods::Answer KeyApi::import(ipc::Call call, KeyImport request) {
  Result<sync::Imported> imported = sync::Imported{};
  if (request.recovery) {
    auto recovery_key = taken_from(*request.recovery);
    imported =
        co_await keys_.recover_in(std::move(request.owner), std::move(recovery_key), call.stop());
  } else {
    auto secret = taken_from(request.pkcs8 ? *request.pkcs8 : request.jwk->text);
    imported = co_await keys_.take_in(std::move(request.owner), std::move(secret));
  }
  if (!imported) co_return std::move(imported).error();
  const Json json = {{"fingerprint", imported->fingerprint}, {"matches", imported->matches}};
  co_return json.dump();
}

ipc::Methods::Answer KeyApi::list(ipc::Call call, ipc::NoParams) {
  auto keys = co_await keys_.list();
  if (!keys) co_return std::move(keys).error();
  call.tells(keys->size());
  Json json = {{"rows", Json::array()}};
  for (const auto& key : *keys) {
    json["rows"].push_back({{"owner", key.owner},
                            {"fingerprint", key.fingerprint},
                            {"imported", rfc3339(key.imported)},
                            {"opens", key.opens}});
  }
  co_return json.dump();
}

ipc::Methods::Answer KeyApi::remove(ipc::Call, KeyRemove request) {
  auto removed = co_await keys_.remove(request.owner.value_or(""), std::move(request.fingerprint));
  if (!removed) co_return std::move(removed).error();
  co_return std::string("{}");
}

}  // namespace icure::api
