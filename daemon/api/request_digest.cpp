#include "daemon/api/request_digest.h"

#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>

#include "daemon/base/hex.h"

namespace icure::api {

RequestDigest::RequestDigest(std::string_view method) {
  append(method);
}

void RequestDigest::append(std::string_view part) {
  canonical_ += std::to_string(part.size());
  canonical_ += ':';
  canonical_ += part;
}

void RequestDigest::add(std::string_view name, const std::string& value) {
  append(name);
  append(value);
}

void RequestDigest::add(std::string_view name, std::int64_t value) {
  add(name, std::to_string(value));
}

void RequestDigest::add(std::string_view name, bool value) {
  add(name, std::string(value ? "true" : "false"));
}

void RequestDigest::add(std::string_view name, const std::vector<std::string>& value) {
  add(name, static_cast<std::int64_t>(value.size()));
  for (const auto& each : value) append(each);
}

void RequestDigest::add(std::string_view name, const ipc::RawJson& value) {
  // Its members in one order; it was proved to be JSON of bounded depth.
  const auto json = nlohmann::json::parse(value.text, nullptr, /*allow_exceptions=*/false);
  add(name, json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string RequestDigest::text() const {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(canonical_.data(), canonical_.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return to_hex(digest);
}

}  // namespace icure::api
