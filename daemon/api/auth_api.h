// The "auth.*" methods: people who log in by their own name and password.
#pragma once
#include <optional>
#include <string>

#include "daemon/api/directory.h"
#include "ipc/methods.h"
#include "sync/login/logins.h"
#include "sync/outbox/invites.h"

namespace icure::api {

struct AuthLogin {
  std::string login;
  Secret password;
  std::optional<Secret> otp;
  static constexpr auto params();
};

/// auth.current, auth.logout.
struct AuthSession {
  Secret session;
  static constexpr auto params();
};

struct AuthRevoke {
  std::optional<std::string> user;
  std::optional<std::string> id;
  static constexpr auto params();
  Result<Done> check() const;
};

/// Loop thread only. What it refers to outlives it.
class AuthApi {
 public:
  AuthApi(Directory& directory, sync::Logins& logins, sync::Invites& invites)
      : directory_(directory), logins_(logins), invites_(invites) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer login(ipc::Call call, AuthLogin request);
  ipc::Methods::Answer current(ipc::Call call, AuthSession request);
  ipc::Methods::Answer logout(ipc::Call call, AuthSession request);
  ipc::Methods::Answer sessions(ipc::Call call, ipc::NoParams request);
  ipc::Methods::Answer revoke(ipc::Call call, AuthRevoke request);

  /// `"user":{...},"owner":{...},"mode":...,"expires":...,"roles_fresh":...}`, as this caller may
  /// see it. Fails as a read of the user does.
  Result<std::string> told(const ipc::Call& call, const sync::SessionView& view) const;
  std::string owner_of(const ipc::Grant& grant, const std::string& user) const;

  Directory& directory_;
  sync::Logins& logins_;
  sync::Invites& invites_;
};

}  // namespace icure::api
