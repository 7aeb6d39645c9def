#include "tests/sandbox/auth.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "tests/sandbox/base64.h"

namespace icure::sandbox {
namespace {

constexpr std::size_t kManySessions = 10'000;

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string without_prefix(std::string text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace

Auth::Auth(const Options& options, const Documents& documents, Credentials& credentials)
    : options_(options),
      documents_(documents),
      credentials_(credentials),
      elevated_(options.elevated_seconds) {}

void Auth::expire_all() {
  sessions_.clear();
  signer_.reset();
}

const JwtSigner& Auth::signer() const {
  if (!signer_) signer_ = std::make_unique<JwtSigner>();
  return *signer_;
}

void Auth::age_logins() {
  for (auto& [token, session] : sessions_) session.logged_in.reset();
}

std::string Auth::issue(Session session, std::int64_t seconds) {
  session.expires = now_seconds() + seconds;
  nlohmann::json claims = {{"u", session.user_id}, {"iat", now_seconds()}, {"jti", ++issued_}};
  claims["exp"] = session.expires;
  claims["g"] = documents_.population().group_id();
  claims["jwtD"] = session.access_seconds;
  if (session.use == Use::access) {
    const Caller caller = caller_for(session.user_id);
    const std::vector<Row> hierarchy = documents_.hierarchy(caller.owner);
    claims["a"] = {"ROLE_USER"};
    claims["hh"] = nlohmann::json::array();
    for (std::size_t i = hierarchy.size(); i > 1; --i)
      claims["hh"].push_back(hierarchy[i - 1].id());
    if (!hierarchy.empty()) {
      claims["doId"] = caller.owner;
      claims["doTp"] = name_of(hierarchy.front().kind());
    }
    if (session.logged_in) claims["tac"] = static_cast<int>(session.level);
  }
  if (sessions_.size() > kManySessions)
    std::erase_if(sessions_, [](const auto& each) { return each.second.expires < now_seconds(); });
  std::string token = signer().sign(claims);
  sessions_[token] = std::move(session);
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
  const auto found = credentials_.find(name->get<std::string>(), secret->get<std::string>());
  if (found.status != 200) return empty_reply(found.status);
  return tokens_reply({found.user_id, Use::access, 0, seconds, found.level, Moment::clock::now()});
}

Reply Auth::tokens_reply(Session session) {
  session.use = Use::access;
  const std::string token = issue(session, session.access_seconds);
  session.use = Use::refresh;
  const std::string refresh = issue(session, options_.refresh_seconds);
  return json_reply(
      nlohmann::json{{"token", token}, {"refreshToken", refresh}, {"successful", true}}.dump());
}

std::optional<Auth::Session> Auth::refreshable(const Request& request) const {
  auto known = session(without_prefix(request.header("refresh-token"), "Bearer "), Use::refresh);
  if (!known) return std::nullopt;
  const auto user = documents_.table(Kind::user).find(known->user_id);
  if (!user || user->deleted() || user->facts().status != "ACTIVE") return std::nullopt;
  return known;
}

Reply Auth::refresh(const Request& request) {
  const auto known = refreshable(request);
  if (!known) return empty_reply(401);
  const std::string token =
      issue({known->user_id, Use::access, 0, known->access_seconds, known->level, std::nullopt},
            known->access_seconds);
  return json_reply(nlohmann::json{{"token", token}, {"successful", true}}.dump());
}

Reply Auth::switch_group(const Request& request, const std::string& group) {
  const auto known = refreshable(request);
  if (!known || group != documents_.population().group_id()) return empty_reply(401);
  return tokens_reply(*known);
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
  return {user_id, owner, documents_.circle(owner), false};
}

std::optional<Caller> Auth::caller(const Request& request) {
  const std::string header = request.header("authorization");
  if (header.starts_with("Basic ")) return basic_caller(request);
  const std::string token =
      header.starts_with("Bearer ") ? header.substr(7) : request.parameter("jwt").value_or("");
  const auto known = session(token, Use::access);
  if (!known) return std::nullopt;
  Caller caller = caller_for(known->user_id);
  caller.elevated = known->logged_in && known->level >= Level::password &&
                    Moment::clock::now() - *known->logged_in < elevated_;
  return caller;
}

std::optional<Caller> Auth::basic_caller(const Request& request) {
  const std::string header = request.header("authorization");
  if (!header.starts_with("Basic ")) return std::nullopt;
  const std::string pair = base64_decode(std::string_view(header).substr(6));
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto found = credentials_.find(pair.substr(0, colon), pair.substr(colon + 1));
  if (found.status != 200) return std::nullopt;
  Caller caller = caller_for(found.user_id);
  caller.elevated = found.level >= Level::password && elevated_.count() > 0;
  return caller;
}

}  // namespace icure::sandbox
