#include "tests/sandbox/auth.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "tests/sandbox/base64.h"

namespace icure::sandbox {
namespace {

constexpr std::size_t kShortestSecret = 6;
constexpr std::size_t kManySessions = 10'000;
constexpr int kPasswordLevel = 20;

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string without_prefix(std::string text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace

Auth::Auth(const Options& options, const Documents& documents)
    : options_(options),
      documents_(documents),
      own_user_(documents.population().id(Kind::user, 0)),
      signer_(std::make_unique<JwtSigner>()) {
  passwords_[own_user_] = options.password;
}

void Auth::expire_all() {
  sessions_.clear();
  signer_ = std::make_unique<JwtSigner>();
}

void Auth::set_password(const std::string& user_id, const std::string& password) {
  passwords_[user_id] = password;
}

bool Auth::password_fits(const Row& user, const std::string& password) const {
  if (!user.facts().has_password) return false;
  const std::string id = user.id();
  const auto at = passwords_.find(id);
  return password == (at != passwords_.end() ? at->second : "sandbox-" + id);
}

Auth::Found Auth::find_user(const std::string& name, const std::string& secret) const {
  if (secret.size() < kShortestSecret) return {412, ""};
  std::vector<Row> candidates;
  if (const auto by_id = documents_.table(Kind::user).find(name); by_id && !by_id->deleted())
    candidates.push_back(*by_id);
  const UserIndex& users = documents_.users();
  for (const auto& rows : {users.with_login(name), users.with_email(name), users.with_phone(name)})
    candidates.insert(candidates.end(), rows.begin(), rows.end());
  std::sort(candidates.begin(), candidates.end(),
            [](const Row& a, const Row& b) { return a.id() < b.id(); });
  const std::string password = secret.substr(0, secret.rfind('|'));
  for (const Row& user : candidates) {
    if (user.facts().status != "ACTIVE") continue;
    const bool second_factor = !options_.otp.empty() && user.id() == own_user_;
    if (!second_factor && password_fits(user, secret)) return {200, user.id()};
    if (!second_factor || !password_fits(user, password)) continue;
    if (password == secret) return {417, ""};
    return {secret.substr(password.size() + 1) == options_.otp ? 200 : 406, user.id()};
  }
  return {401, ""};
}

std::string Auth::issue(const std::string& user_id, Use use, std::int64_t seconds,
                        bool from_login) {
  nlohmann::json claims = {{"u", user_id}, {"iat", now_seconds()}, {"jti", ++issued_}};
  claims["exp"] = now_seconds() + seconds;
  claims["g"] = documents_.population().group_id();
  const std::int64_t access = use == Use::refresh ? options_.jwt_seconds : seconds;
  claims["jwtD"] = access;
  if (use == Use::access) {
    const Caller caller = caller_for(user_id);
    const std::vector<Row> hierarchy = documents_.hierarchy(caller.owner);
    claims["a"] = {"ROLE_USER"};
    claims["hh"] = nlohmann::json::array();
    for (std::size_t i = hierarchy.size(); i > 1; --i)
      claims["hh"].push_back(hierarchy[i - 1].id());
    if (!hierarchy.empty()) {
      claims["doId"] = caller.owner;
      claims["doTp"] = name_of(hierarchy.front().kind());
    }
    if (from_login) claims["tac"] = kPasswordLevel;
  }
  if (sessions_.size() > kManySessions)
    std::erase_if(sessions_, [](const auto& each) { return each.second.expires < now_seconds(); });
  std::string token = signer_->sign(claims);
  sessions_[token] = {user_id, use, now_seconds() + seconds, access};
  return token;
}

Reply Auth::login(const Request& request) {
  const auto body = parse_json(request.body);
  if (!body || !body->is_object()) return error_reply(400, "Malformed JSON");
  const auto name = body->find("username");
  const auto secret = body->find("password");
  if (name == body->end() || secret == body->end() || !name->is_string() || !secret->is_string())
    return empty_reply(401);
  const auto group = request.parameter("groupId");
  if (group && *group != documents_.population().group_id()) return empty_reply(401);
  std::int64_t seconds = options_.jwt_seconds;
  if (const auto wanted = request.parameter("duration")) {
    const auto [end, error] =
        std::from_chars(wanted->data(), wanted->data() + wanted->size(), seconds);
    if (error != std::errc() || *end != '\0') return error_reply(400, "duration is not a number");
    if (seconds > options_.jwt_seconds || seconds < 1) return empty_reply(401);
  }
  const Found found = find_user(name->get<std::string>(), secret->get<std::string>());
  if (found.status != 200) return empty_reply(found.status);
  const std::string token = issue(found.user_id, Use::access, seconds, true);
  const std::string refresh = issue(found.user_id, Use::refresh, options_.refresh_seconds, true);
  sessions_[refresh].access_seconds = seconds;
  return json_reply(
      nlohmann::json{{"token", token}, {"refreshToken", refresh}, {"successful", true}}.dump());
}

Reply Auth::refresh(const Request& request) {
  const auto known =
      session(without_prefix(request.header("refresh-token"), "Bearer "), Use::refresh);
  if (!known) return empty_reply(401);
  const auto user = documents_.table(Kind::user).find(known->user_id);
  if (!user || user->deleted() || user->facts().status != "ACTIVE") return empty_reply(401);
  const std::string token = issue(known->user_id, Use::access, known->access_seconds, false);
  return json_reply(nlohmann::json{{"token", token}, {"successful", true}}.dump());
}

std::optional<Auth::Session> Auth::session(const std::string& token, Use use) const {
  const auto at = sessions_.find(token);
  if (at == sessions_.end() || at->second.use != use) return std::nullopt;
  // A token is known by its text, so the signature need not be checked again.
  return now_seconds() < at->second.expires ? std::optional(at->second) : std::nullopt;
}

Caller Auth::caller_for(const std::string& user_id) const {
  const auto user = documents_.table(Kind::user).find(user_id);
  const std::string owner = user ? Documents::owner_of(user->facts()) : "";
  return {user_id, owner, documents_.circle(owner)};
}

std::optional<Caller> Auth::caller(const Request& request) {
  const std::string header = request.header("authorization");
  if (header.starts_with("Basic ")) return basic_caller(request);
  const std::string token =
      header.starts_with("Bearer ") ? header.substr(7) : request.parameter("jwt").value_or("");
  const auto known = session(token, Use::access);
  return known ? std::optional(caller_for(known->user_id)) : std::nullopt;
}

std::optional<Caller> Auth::basic_caller(const Request& request) {
  const std::string header = request.header("authorization");
  if (!header.starts_with("Basic ")) return std::nullopt;
  const std::string pair = base64_decode(std::string_view(header).substr(6));
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const Found found = find_user(pair.substr(0, colon), pair.substr(colon + 1));
  return found.status == 200 ? std::optional(caller_for(found.user_id)) : std::nullopt;
}

}  // namespace icure::sandbox
