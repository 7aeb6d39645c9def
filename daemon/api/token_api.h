// "user.token": a token made now, shown once and kept nowhere.
#pragma once
#include "daemon/api/write_params.h"
#include "daemon/api/writes.h"
#include "sync/user_calls.h"

namespace icure::api {

struct UserToken : Keyed {
  std::string id;
  std::int64_t validity_s = 0;
  static constexpr auto params();
};

/// Loop thread only. What it refers to outlives it.
class TokenApi {
 public:
  TokenApi(const Writes& writes, sync::UserCalls& users) : writes_(writes), users_(users) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer token(ipc::Call call, UserToken request);

  const Writes& writes_;
  sync::UserCalls& users_;
};

}  // namespace icure::api
