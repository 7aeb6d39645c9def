#include "daemon/api/user_api.h"

#include <algorithm>

#include "daemon/api/document.h"
#include "daemon/api/freshness_params.h"
#include "daemon/api/reads.h"
#include "daemon/api/schemas.h"

namespace icure::api {
namespace {

using ipc::param;

/// The member by which a request looks a user up.
struct Wanted {
  std::string_view member;
  const std::string* value;
  store::Key key;
};

std::optional<Wanted> wanted_by_member(const UserGet& request) {
  if (request.login) return Wanted{"login", &*request.login, store::Key::login};
  if (request.email) return Wanted{"email", &*request.email, store::Key::email};
  if (request.mobilePhone) {
    return Wanted{"mobilePhone", &*request.mobilePhone, store::Key::phone};
  }
  return std::nullopt;
}

store::UserStatus status_named(const std::optional<std::string>& name) {
  if (!name) return store::UserStatus::any;
  if (*name == "ACTIVE") return store::UserStatus::active;
  return *name == "DISABLED" ? store::UserStatus::disabled : store::UserStatus::registering;
}

store::OwnerType owner_type_named(const std::optional<std::string>& name) {
  if (!name) return store::OwnerType::any;
  if (*name == "hcp") return store::OwnerType::hcp;
  if (*name == "patient") return store::OwnerType::patient;
  return *name == "device" ? store::OwnerType::device : store::OwnerType::none;
}

void begin_with(std::string& reply, const std::string& document) {
  constexpr std::size_t kRest = 160;  // the meta, and what stands around both
  reply.reserve(document.size() + kRest);
  reply += R"({"user":)";
  reply += document;
}

std::vector<std::string> outward_rows(const ipc::Grant& grant, Found found) {
  std::vector<std::string> rows;
  for (auto& hit : found.hits) rows.push_back(outward(grant, hit.kind, std::move(hit.row)));
  return rows;
}

}  // namespace

constexpr auto UserGet::params() {
  return std::tuple_cat(
      std::tuple(param("id", &UserGet::id, "the user's id"),
                 param("login", &UserGet::login, "its login"),
                 param("email", &UserGet::email, "its e-mail address"),
                 param("mobilePhone", &UserGet::mobilePhone, "its phone, compared by digits")),
      freshness_params<UserGet>());
}

constexpr auto UserList::params() {
  return std::tuple_cat(
      std::tuple(
          param("cursor", &UserList::cursor, "`next` of the page before"),
          param("limit", &UserList::limit, "rows of a page; default 100").range(1, kMostRows),
          param("status", &UserList::status, "only users of this status")
              .allowed({"ACTIVE", "DISABLED", "REGISTERING"}),
          param("ownerType", &UserList::ownerType, "only users for such a data owner")
              .allowed({"hcp", "patient", "device", "none"}),
          param("ids", &UserList::ids, "only these users; at most 1000")),
      freshness_params<UserList>());
}

constexpr auto UserSearch::params() {
  return std::tuple_cat(
      std::tuple(param("text", &UserSearch::text,
                       "beginnings of words of name, login or e-mail, or digits of the phone"),
                 param("limit", &UserSearch::limit, "most rows; default 100").range(1, kMostRows)),
      freshness_params<UserSearch>());
}

constexpr auto UserOf::params() {
  return std::tuple_cat(std::tuple(param("owner", &UserOf::owner, "a data owner's id")),
                        freshness_params<UserOf>());
}

Result<Done> UserGet::check() const {
  const int given = int(bool(id)) + int(bool(login)) + int(bool(email)) + int(bool(mobilePhone));
  if (given == 1) return Done{};
  return Error{Code::invalid, "give exactly one of id, login, email and mobilePhone"};
}

Result<Done> UserList::check() const {
  if (auto few = check_ids(ids); !few) return few.error();
  if (ids && (status || ownerType || cursor)) {
    return Error{Code::invalid, "ids cannot be combined with status, ownerType or cursor"};
  }
  return check_cursor(cursor);
}

void UserApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  methods.add({"user.get", Role::reader, "One user, by id, login, e-mail or phone",
               object_schema(R"("user":{"$ref":"#/components/schemas/User"})"), ipc::Effect::reads},
              *this, &UserApi::get);
  methods.add({"user.list", Role::reader, "Users, page by page, in the order of their ids",
               rows_schema("User"), ipc::Effect::reads},
              *this, &UserApi::list);
  methods.add({"user.search", Role::reader, "Users by the beginnings of words", rows_schema("User"),
               ipc::Effect::reads},
              *this, &UserApi::search);
  methods.add({"user.of", Role::reader, "The users that stand for a data owner",
               rows_schema("User"), ipc::Effect::reads},
              *this, &UserApi::of);
}

/// Asks the platform for the user first, where that was wanted.
Task<Source> UserApi::refresh(const UserGet& request, std::stop_token stop) {
  if (!request.ask_platform()) co_return Source::mirror;
  auto& mirror = directory_.point;
  auto& refresher = directory_.refresher;
  const auto wanted = wanted_by_member(request);
  std::vector<std::string> ids;
  if (!wanted) ids.push_back(*request.id);
  if (wanted) {
    auto known = mirror.find(Kind::user, wanted->key, *wanted->value);
    if (known && !known->empty()) ids.push_back(known->front().id);
  }
  const bool knew = !ids.empty();
  bool asked = co_await refresher.by_ids(Kind::user, std::move(ids), stop);
  if (wanted && (asked || !knew)) {
    // Nobody had it, or who had it has another one by now: it may be somebody else's.
    mirror.end_turn();
    auto known = mirror.find(Kind::user, wanted->key, *wanted->value);
    const bool nobody = known && known->empty();
    if (nobody && wanted->key == store::Key::login) {
      // platform: no call finds a user by login.
      std::vector<Kind> users(1, Kind::user);
      sync::IdsByKind none;
      asked = co_await refresher.kinds(std::move(users), std::move(none), stop);
    } else if (nobody) {
      asked = co_await refresher.user_by(wanted->key, *wanted->value, stop);
    }
  }
  if (asked) co_return Source::platform;
  co_return Source::mirror;
}

ipc::Methods::Answer UserApi::get(ipc::Call call, UserGet request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  const auto wanted = wanted_by_member(request);
  if (wanted) {
    auto allowed = check_members(call.grant(), Kind::user, {wanted->member}, "this look-up");
    if (!allowed) co_return allowed.error();
  }
  auto source = Source::mirror;
  if (request.ask_platform()) {
    source = co_await refresh(request, call.stop());
    directory_.point.end_turn();  // what the platform said is newer than this turn's view
  }

  std::string reply;
  auto pending = begin_reply(reply, call, request);
  if (!pending) {
    if (pending.error().code != Code::not_found) co_return pending.error();
    co_return directory_.missing({Kind::user}, "such user");
  }
  auto meta = directory_.meta({Kind::user}, source, request);
  if (!meta) co_return meta.error();
  if (*pending) meta->source = Source::outbox;
  reply += R"(,"meta":)";
  reply += to_json(std::move(*meta));
  reply += '}';
  co_return reply;
}

Result<bool> UserApi::begin_reply(std::string& reply, const ipc::Call& call,
                                  const UserGet& request) {
  const auto& grant = call.grant();
  auto& mirror = directory_.point;
  if (const auto wanted = wanted_by_member(request)) {
    auto rows = mirror.find(Kind::user, wanted->key, *wanted->value);
    if (!rows) return rows.error();
    if (rows->empty()) return Error{Code::not_found, ""};
    auto& best = rows->front();
    call.concerns(Kind::user, best.id);
    const bool pending = !best.pending.empty();
    begin_with(reply, outward(grant, Kind::user, std::move(best)));
    return pending;
  }
  call.concerns(Kind::user, *request.id);
  const bool sees_all = !grant.fields(Kind::user);
  if (sees_all) {
    if (const auto* kept = hot_.find(Kind::user, *request.id, mirror.changes())) {
      begin_with(reply, *kept);
      return false;
    }
  }
  auto row = mirror.get(Kind::user, *request.id);
  if (!row) return row.error();
  const bool pending = !row->pending.empty();
  const auto document = outward(grant, Kind::user, std::move(*row));
  if (sees_all && !pending) hot_.keep(Kind::user, *request.id, document, mirror.seen());
  begin_with(reply, document);
  return pending;
}

ipc::Methods::Answer UserApi::list(ipc::Call call, UserList request) {
  const auto& grant = call.grant();
  if (auto seen = grant.check(Kind::user); !seen) co_return seen.error();
  if (auto complete = directory_.require_complete(Kind::user); !complete) {
    co_return complete.error();
  }
  if (request.status) {
    auto allowed = check_members(grant, Kind::user, {"status"}, "this filter");
    if (!allowed) co_return allowed.error();
  }
  if (request.ownerType) {
    auto allowed = check_members(grant, Kind::user, {"healthcarePartyId", "patientId", "deviceId"},
                                 "this filter");
    if (!allowed) co_return allowed.error();
  }
  store::ListQuery query;
  query.limit = static_cast<std::size_t>(request.limit.value_or(kDefaultLimit));
  query.status = status_named(request.status);
  query.owner_type = owner_type_named(request.ownerType);
  query.after = request.cursor ? *from_cursor(*request.cursor) : "";
  const std::vector<Kind> users(1, Kind::user);
  auto source = Source::mirror;
  if (request.ask_platform() && request.ids) {
    const bool asked = co_await directory_.refresher.by_ids(Kind::user, *request.ids, call.stop());
    if (asked) source = Source::platform;
    directory_.point.end_turn();
  } else if (request.ask_platform()) {
    auto shown = co_await list_kinds(directory_, users, query);
    if (!shown) co_return shown.error();
    source = co_await directory_.refresh(users, ids_of(*shown), call.stop());
  }
  auto meta = directory_.meta({Kind::user}, source, request);
  if (!meta) co_return meta.error();
  if (request.ids) {
    auto found = rows_of(directory_, {Kind::user}, std::move(*request.ids));
    if (!found) co_return found.error();
    call.tells(found->hits.size());
    auto about = with_source(std::move(*meta), *found);
    co_return list_reply(outward_rows(grant, std::move(*found)), "", about);
  }
  auto found = co_await list_kinds(directory_, users, query);
  if (!found) co_return found.error();
  call.tells(found->hits.size());
  const auto next = found->next;
  auto about = with_source(std::move(*meta), *found);
  co_return list_reply(outward_rows(grant, std::move(*found)), next, std::move(about));
}

ipc::Methods::Answer UserApi::search(ipc::Call call, UserSearch request) {
  const auto& grant = call.grant();
  if (auto seen = grant.check(Kind::user); !seen) co_return seen.error();
  auto allowed = check_members(grant, Kind::user,
                               {"name", "login", "email", "mobilePhone", "identifier"}, "a search");
  if (!allowed) co_return allowed.error();
  if (auto complete = directory_.require_complete(Kind::user); !complete) {
    co_return complete.error();
  }
  const std::vector<Kind> users(1, Kind::user);
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kDefaultLimit));
  auto source = Source::mirror;
  if (request.ask_platform()) {
    auto shown = co_await search_kinds(directory_, users, request.text, limit);
    if (!shown) co_return shown.error();
    source = co_await directory_.refresh(users, ids_of(*shown), call.stop());
  }
  auto meta = directory_.meta({Kind::user}, source, request);
  if (!meta) co_return meta.error();
  auto found = co_await search_kinds(directory_, users, std::move(request.text), limit);
  if (!found) co_return found.error();
  call.tells(found->hits.size());
  auto about = with_source(std::move(*meta), *found);
  co_return list_reply(outward_rows(grant, std::move(*found)), "", std::move(about));
}

ipc::Methods::Answer UserApi::of(ipc::Call call, UserOf request) {
  const auto& grant = call.grant();
  if (auto seen = grant.check(Kind::user); !seen) co_return seen.error();
  auto allowed = check_members(grant, Kind::user, {"healthcarePartyId", "patientId", "deviceId"},
                               "this look-up");
  if (!allowed) co_return allowed.error();
  if (auto complete = directory_.require_complete(Kind::user); !complete) {
    co_return complete.error();
  }
  auto users =
      co_await directory_.users_of(Directory::View::queued, request.owner, request, call.stop());
  if (!users) co_return users.error();
  auto meta = directory_.meta({Kind::user}, users->source, request);
  if (!meta) co_return meta.error();
  call.tells(users->rows.size());
  Found found;
  for (auto& row : users->rows) found.hits.push_back({Kind::user, std::move(row)});
  auto about = with_source(std::move(*meta), found);
  const auto documents = outward_rows(grant, std::move(found));
  co_return list_reply(documents, "", std::move(about));
}

}  // namespace icure::api
