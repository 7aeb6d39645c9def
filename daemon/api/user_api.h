// The "user.*" methods that read.
#pragma once
#include "daemon/api/directory.h"
#include "daemon/api/hot_documents.h"
#include "ipc/methods.h"

namespace icure::api {

struct UserGet : Freshness {
  std::optional<std::string> id;
  std::optional<std::string> login;
  std::optional<std::string> email;
  std::optional<std::string> mobilePhone;  // NOLINT(readability-identifier-naming): the contract's
  static constexpr auto params();
  Result<Done> check() const;
};

struct UserList : Freshness {
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
  std::optional<std::string> status;
  std::optional<std::string> ownerType;  // NOLINT(readability-identifier-naming): the contract's
  std::optional<std::vector<std::string>> ids;
  static constexpr auto params();
  Result<Done> check() const;
};

struct UserSearch : Freshness {
  std::string text;
  std::optional<std::int64_t> limit;
  static constexpr auto params();
};

struct UserOf : Freshness {
  std::string owner;
  static constexpr auto params();
};

class UserApi {
 public:
  explicit UserApi(Directory& directory) : directory_(directory) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer get(ipc::Call call, UserGet request);
  ipc::Methods::Answer list(ipc::Call call, UserList request);
  ipc::Methods::Answer search(ipc::Call call, UserSearch request);
  ipc::Methods::Answer of(ipc::Call call, UserOf request);
  Task<Source> refresh(const UserGet& request, std::stop_token stop);
  /// Puts the user into the reply, as this caller gets it; says whether it shows queued changes.
  /// Fails with not_found.
  Result<bool> begin_reply(std::string& reply, const ipc::Call& call, const UserGet& request);

  Directory& directory_;
  HotDocuments hot_;
};

}  // namespace icure::api
