#include "sync/login/login_user.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/base/hex.h"

namespace icure::sync {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPhoneDigits = 5;

std::string text_in(const Json& json, const char* name) {
  const auto at = json.find(name);
  return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string digits_of(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return to_hex(digest);
}

/// platform: of a password only "*" or nothing is shown; a second factor shows as these members.
std::string mark_of(const Json& user) {
  auto parts = Json::array();
  for (const auto* member : {"passwordHash", "use2fa", "secret"}) {
    const auto at = user.find(member);
    parts.push_back(at == user.end() ? Json() : *at);
  }
  return sha256_hex(parts.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Trust trust_in(const Result<store::Row>& row, const std::string& mark) {
  if (!row) return row.error().code == Code::not_found ? Trust::lost : Trust::unknown;
  const auto user = read_login_user(row->json);
  if (!user) return Trust::unknown;
  return user->active && user->mark == mark ? Trust::kept : Trust::lost;
}

}  // namespace

std::optional<LoginUser> read_login_user(const std::string& json) {
  const auto document = Json::parse(json, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  LoginUser user;
  user.id = text_in(document, "id");
  if (user.id.empty()) return std::nullopt;
  user.login = text_in(document, "login");
  user.email = text_in(document, "email");
  user.phone = text_in(document, "mobilePhone");
  const auto status = text_in(document, "status");
  // platform: a user without a status is an active one
  user.active = (status.empty() || status == "ACTIVE") && !document.contains("deletionDate");
  user.mark = mark_of(document);
  return user;
}

bool may_be_phone(std::string_view name) {
  return digits_of(name).size() >= kPhoneDigits;
}

bool goes_by(const LoginUser& user, std::string_view name) {
  if (name.empty()) return false;
  if (name == user.id || name == user.login || name == user.email) return true;
  return may_be_phone(name) && digits_of(name) == digits_of(user.phone);
}

std::string subject_of(std::string_view name) {
  return "?" + sha256_hex(name);
}

Trust trust_in(store::MirrorReader& mirror, const std::string& user, const std::string& mark) {
  auto row = mirror.get(Kind::user, user);
  if (!row && row.error().code == Code::not_found) {
    const auto state = mirror.state(Kind::user);
    return state && state->complete ? Trust::lost : Trust::unknown;
  }
  const auto trust = trust_in(row, mark);
  if (trust == Trust::lost || !row || row->pending.empty()) return trust;
  // What is queued keeps people out, and lets nobody in.
  return trust_in(mirror.platform().get(Kind::user, user), mark);
}

}  // namespace icure::sync
