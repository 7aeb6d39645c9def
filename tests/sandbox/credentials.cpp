#include "tests/sandbox/credentials.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/world.h"

namespace icure::sandbox {
namespace {

constexpr std::size_t kShortestSecret = 6;
constexpr int kMostWrongCodes = 5;
constexpr std::int64_t kShortValidity = 600;  // seconds

}  // namespace

Credentials::Credentials(const Options& options, const Documents& documents)
    : documents_(documents) {
  const std::string own_user = documents.population().id(Kind::user, 0);
  passwords_[own_user] = options.password;
  set_code(own_user, options.otp);
}

void Credentials::set_password(const std::string& user_id, const std::string& password) {
  passwords_[user_id] = password;
}

void Credentials::set_token(const std::string& user_id, const std::string& key,
                            const std::string& value) {
  tokens_[user_id][key] = value;
}

void Credentials::set_code(const std::string& user_id, const std::string& code) {
  codes_.erase(user_id);
  if (!code.empty()) codes_[user_id] = code;
}

bool Credentials::password_fits(const Row& user, const std::string& password) const {
  if (!user.facts().has_password) return false;
  const std::string id = user.id();
  const auto at = passwords_.find(id);
  return password == (at != passwords_.end() ? at->second : "sandbox-" + id);
}

std::optional<std::int64_t> Credentials::token_validity(const Row& user,
                                                        const std::string& secret) const {
  const auto of_user = tokens_.find(user.id());
  if (of_user == tokens_.end()) return std::nullopt;
  const auto doc = nlohmann::json::parse(user.text());
  const auto entries = doc.find("authenticationTokens");
  if (entries == doc.end()) return std::nullopt;
  for (const auto& [key, value] : of_user->second) {
    if (value != secret || !entries->contains(key)) continue;
    const auto& entry = entries->at(key);
    const auto validity = entry.value("validity", std::int64_t{0});
    const auto ends = entry.value("creationTime", std::int64_t{0}) + validity * 1000;
    if (validity < 0 || now_ms() < ends) return validity;
  }
  return std::nullopt;
}

std::vector<Row> Credentials::candidates(const std::string& name) const {
  std::vector<Row> found;
  if (const auto by_id = documents_.table(Kind::user).find(name); by_id && !by_id->deleted())
    found.push_back(*by_id);
  const UserIndex& users = documents_.users();
  for (const auto& rows : {users.with_login(name), users.with_email(name), users.with_phone(name)})
    found.insert(found.end(), rows.begin(), rows.end());
  std::erase_if(found, [](const Row& user) { return user.facts().status != "ACTIVE"; });
  std::sort(found.begin(), found.end(), [](const Row& a, const Row& b) { return a.id() < b.id(); });
  return found;
}

Credentials::Found Credentials::find(const std::string& name, const std::string& secret) {
  if (secret.size() < kShortestSecret) return {412, ""};
  const std::size_t bar = secret.rfind('|');
  const std::string password = secret.substr(0, bar);
  for (const Row& user : candidates(name)) {
    // Tokens come first, so they need no second factor.
    if (const auto validity = token_validity(user, secret)) {
      const bool is_short = *validity > 0 && *validity <= kShortValidity;
      return {200, user.id(), is_short ? Level::short_token : Level::long_token};
    }
    const bool has_code = codes_.contains(user.id());
    if (!has_code && password_fits(user, secret)) return {200, user.id()};
    if (has_code && password_fits(user, password))
      return check_code(user.id(), bar == std::string::npos ? "" : secret.substr(bar + 1));
  }
  return {401, ""};
}

Credentials::Found Credentials::check_code(const std::string& user_id, const std::string& code) {
  if (code.empty()) return {417, ""};
  int& wrong = wrong_codes_[user_id];
  if (wrong >= kMostWrongCodes) return {429, ""};
  if (code != codes_[user_id]) {
    ++wrong;
    return {406, ""};
  }
  wrong = 0;
  return {200, user_id, Level::two_factor};
}

}  // namespace icure::sandbox
