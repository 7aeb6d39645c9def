#include "daemon/api/user_write_api.h"

#include "daemon/api/request_digest.h"

namespace icure::api {
namespace {

using ipc::param;

}  // namespace

constexpr auto UserCreate::params() {
  return std::tuple_cat(
      key_param<UserCreate>(),
      std::tuple(param("user", &UserCreate::user,
                       "the platform's JSON of a user, without id and rev; with a login, an email "
                       "or a mobilePhone")));
}

constexpr auto UserModify::params() {
  return std::tuple_cat(
      key_param<UserModify>(),
      std::tuple(param("id", &UserModify::id, "the user's id"),
                 param("patch", &UserModify::patch, "a JSON merge patch (RFC 7396)"),
                 param("rev", &UserModify::rev, "refuse (conflict) if it has another rev by now")));
}

constexpr auto UserChange::params() {
  return std::tuple_cat(key_param<UserChange>(),
                        std::tuple(param("id", &UserChange::id, "the user's id")));
}

void UserWriteApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  const auto result = write_schema("user", "User");
  methods.add({"user.create", Role::operator_, "Create a user, as soon as the platform can be used",
               result},
              *this, &UserWriteApi::create);
  methods.add({"user.modify", Role::operator_, "Change members of a user", result}, *this,
              &UserWriteApi::modify);
  methods.add({"user.disable", Role::operator_, "Let a user log in no more", result}, *this,
              &UserWriteApi::disable);
  methods.add({"user.enable", Role::operator_, "Let a disabled user log in again", result}, *this,
              &UserWriteApi::enable);
  methods.add({"user.delete", Role::operator_, "Delete a user", result}, *this,
              &UserWriteApi::remove);
}

ipc::Methods::Answer UserWriteApi::create(ipc::Call call, UserCreate request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  auto key = key_of(call, "user.create", request);
  auto prepare = [&] {
    return sync::prepare_user_create(request.user.text, writes_.asked_by(call), writes_.random);
  };
  Writes::Prepare prepared = std::move(prepare);
  co_return co_await writes_.take_in(call, std::move(key), std::move(prepared), "user");
}

ipc::Methods::Answer UserWriteApi::modify(ipc::Call call, UserModify request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  auto key = key_of(call, "user.modify", request);
  auto prepare = [&]() -> Result<store::Item> {
    auto known = writes_.known(Kind::user, request.id);
    if (!known) return std::move(known).error();
    return sync::prepare_user_modify(*known, request.patch.text, request.rev,
                                     writes_.asked_by(call));
  };
  Writes::Prepare prepared = std::move(prepare);
  co_return co_await writes_.take_in(call, std::move(key), std::move(prepared), "user");
}

ipc::Methods::Answer UserWriteApi::set_state(ipc::Call call, UserChange request,
                                             std::string_view method, sync::UserState state) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  auto key = key_of(call, method, request);
  auto prepare = [&]() -> Result<store::Item> {
    auto known = writes_.known(Kind::user, request.id);
    if (!known) return std::move(known).error();
    return sync::prepare_user_state(*known, state, writes_.asked_by(call));
  };
  Writes::Prepare prepared = std::move(prepare);
  co_return co_await writes_.take_in(call, std::move(key), std::move(prepared), "user");
}

ipc::Methods::Answer UserWriteApi::disable(ipc::Call call, UserChange request) {
  return set_state(std::move(call), std::move(request), "user.disable", sync::UserState::disabled);
}

ipc::Methods::Answer UserWriteApi::enable(ipc::Call call, UserChange request) {
  return set_state(std::move(call), std::move(request), "user.enable", sync::UserState::active);
}

ipc::Methods::Answer UserWriteApi::remove(ipc::Call call, UserChange request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  auto key = key_of(call, "user.delete", request);
  auto prepare = [&]() -> Result<store::Item> {
    auto known = writes_.known(Kind::user, request.id);
    if (!known) return std::move(known).error();
    return sync::prepare_user_delete(*known, writes_.asked_by(call));
  };
  Writes::Prepare prepared = std::move(prepare);
  co_return co_await writes_.take_in(call, std::move(key), std::move(prepared), "user");
}

}  // namespace icure::api
