#include "daemon/api/auth_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/document.h"
#include "daemon/api/reads.h"

namespace icure::api {
namespace {

using ipc::param;
using Json = nlohmann::ordered_json;

// A password lies in locked memory, of which there is little.
constexpr std::int64_t kLongestName = 256;
constexpr std::int64_t kLongestPassword = 256;
constexpr std::int64_t kLongestCode = 32;
constexpr std::int64_t kLongestSession = 128;

constexpr std::string_view kTold =
    R"("user":{"$ref":"#/components/schemas/User"},)"
    R"("owner":{"$ref":"#/components/schemas/TypedDataOwner"},"mode":{"enum":["online","offline"]},)"
    R"("expires":{"type":"string","format":"date-time","description":)"
    R"("when it ends if nobody asks about it any more"},)"
    R"("roles_fresh":{"type":"boolean","description":)"
    R"("whether the platform was asked about the user's rights lately enough"}},)";
constexpr auto kNothing = R"({"type":"object"})";
constexpr auto kSessions =
    R"({"type":"object","properties":{"rows":{"type":"array","items":{"type":"object",)"
    R"("properties":{"id":{"type":"string"},"user":{"type":"string"},"uid":{"type":"integer"},)"
    R"("program":{"type":"string","description":"as it calls itself"},)"
    R"("mode":{"enum":["online","offline"]},"created":{"type":"string","format":"date-time"},)"
    R"("used":{"type":"string","format":"date-time"},)"
    R"("expires":{"type":"string","format":"date-time"},"roles_fresh":{"type":"boolean"}},)"
    R"("required":["id","user","uid","program","mode","created","used","expires","roles_fresh"]}}},)"
    R"("required":["rows"]})";

std::string told_schema(std::string_view first, std::string_view required) {
  return R"({"type":"object","properties":{)" + std::string(first) + std::string(kTold) +
         R"("required":[)" + std::string(required) + R"("user","mode","expires","roles_fresh"]})";
}

std::string_view name_of(store::LoginMode mode) {
  return mode == store::LoginMode::online ? "online" : "offline";
}

struct Link {
  const char* member;
  Kind kind;
};
constexpr std::array kLinks = {Link{"healthcarePartyId", Kind::hcp},
                               Link{"patientId", Kind::patient}, Link{"deviceId", Kind::device}};

}  // namespace

constexpr auto AuthLogin::params() {
  return std::tuple(
      param("login", &AuthLogin::login, "the user's id, login, e-mail or phone")
          .length(1, kLongestName),
      param("password", &AuthLogin::password, "the user's password").length(1, kLongestPassword),
      param("otp", &AuthLogin::otp, "the one-time code, for users who need one")
          .length(1, kLongestCode));
}

constexpr auto AuthSession::params() {
  return std::tuple(
      param("session", &AuthSession::session, "as auth.login gave it").length(1, kLongestSession));
}

constexpr auto AuthRevoke::params() {
  return std::tuple(
      param("user", &AuthRevoke::user, "all sessions of this user, who must log in online again"),
      param("id", &AuthRevoke::id, "one session, by its id in auth.sessions"));
}

Result<Done> AuthRevoke::check() const {
  if (user.has_value() != id.has_value()) return Done{};
  return Error{Code::invalid, "give exactly one of user and id"};
}

void AuthApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  methods.add({"auth.login", Role::reader,
               "Log a user in: at the platform, or without a line if they did it before",
               told_schema(R"("session":{"type":"string","description":"keep it secret"},)",
                           R"("session",)")},
              *this, &AuthApi::login);
  methods.add({"auth.current", Role::reader, "Who is logged in with this session",
               told_schema("", ""), ipc::Effect::reads},
              *this, &AuthApi::current);
  methods.add({"auth.logout", Role::reader, "End a session", kNothing}, *this, &AuthApi::logout);
  methods.add({"auth.sessions", Role::admin, "Who is logged in", kSessions, ipc::Effect::reads},
              *this, &AuthApi::sessions);
  methods.add({"auth.revoke", Role::admin, "End a session, or all of a user's", kNothing}, *this,
              &AuthApi::revoke);
}

/// The data owner that a user stands for, typed; empty where there is none to be shown.
std::string AuthApi::owner_of(const ipc::Grant& grant, const std::string& user) const {
  for (const auto& [member, kind] : kLinks) {
    const auto id = text_member(user, member);
    if (id.empty() || !grant.may_see(kind) || !directory_.configured(kind)) continue;
    if (!check_members(grant, Kind::user, {member}, "this")) continue;
    auto row = directory_.point.get(kind, id);
    if (!row) continue;
    return R"({"type":")" + std::string(icure::name_of(kind)) + R"(","dataOwner":)" +
           outward(grant, kind, std::move(*row)) + '}';
  }
  return {};
}

Result<std::string> AuthApi::told(const ipc::Call& call, const sync::SessionView& view) const {
  call.concerns(Kind::user, view.session.user);
  auto row = directory_.point.get(Kind::user, view.session.user);
  if (!row) {
    if (row.error().code != Code::not_found) return std::move(row).error();
    return directory_.missing({Kind::user}, "such user");
  }
  const auto owner = owner_of(call.grant(), row->json);
  std::string text = R"("user":)" + outward(call.grant(), Kind::user, std::move(*row));
  if (!owner.empty()) text += R"(,"owner":)" + owner;
  text.append(R"(,"mode":")").append(name_of(view.session.mode));
  text += R"(","expires":")" + rfc3339(view.ends);
  text += view.roles_fresh ? R"(","roles_fresh":true})" : R"(","roles_fresh":false})";
  return text;
}

ipc::Methods::Answer AuthApi::login(ipc::Call call, AuthLogin request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  sync::LoginRequest asked;
  asked.name = std::move(request.login);
  asked.password = std::move(request.password);
  if (request.otp) asked.otp = std::move(*request.otp);
  asked.uid = call.peer().uid;
  asked.client = call.client();
  auto in = co_await logins_.log_in(std::move(asked), call.stop());
  if (!in) co_return std::move(in).error();
  const auto& session = in->view.session;
  if (session.mode == store::LoginMode::online) co_await invites_.logged_in(session.user);
  directory_.point.end_turn();  // the user may have been read just now
  auto text = told(call, in->view);
  if (!text) co_return std::move(text).error();
  co_return R"({"session":")" + std::string(in->token.reveal()) + R"(",)" + *text;
}

ipc::Methods::Answer AuthApi::current(ipc::Call call, AuthSession request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  auto view = co_await logins_.current(std::move(request.session));
  if (!view) co_return std::move(view).error();
  auto text = told(call, *view);
  if (!text) co_return std::move(text).error();
  co_return '{' + *text;
}

ipc::Methods::Answer AuthApi::logout(ipc::Call, AuthSession request) {
  auto done = co_await logins_.log_out(std::move(request.session));
  if (!done) co_return std::move(done).error();
  co_return std::string("{}");
}

ipc::Methods::Answer AuthApi::sessions(ipc::Call call, ipc::NoParams) {
  auto rows = Json::array();
  for (const auto& view : logins_.sessions()) {
    const auto& session = view.session;
    rows.push_back({{"id", session.id},
                    {"user", session.user},
                    {"uid", session.uid},
                    {"program", session.client},
                    {"mode", name_of(session.mode)},
                    {"created", rfc3339(session.created)},
                    {"used", rfc3339(session.used)},
                    {"expires", rfc3339(view.ends)},
                    {"roles_fresh", view.roles_fresh}});
  }
  call.tells(rows.size());
  const Json found = {{"rows", std::move(rows)}};
  co_return found.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ipc::Methods::Answer AuthApi::revoke(ipc::Call call, AuthRevoke request) {
  if (request.user) call.concerns(Kind::user, *request.user);
  auto done = Result<Done>(Done{});
  if (request.id) {
    done = co_await logins_.revoke(std::move(*request.id));
  } else {
    done = co_await logins_.shut_out(std::move(*request.user));
  }
  if (!done) co_return std::move(done).error();
  co_return std::string("{}");
}

}  // namespace icure::api
