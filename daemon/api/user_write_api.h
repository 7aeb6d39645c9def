// The "user.*" methods that write.
#pragma once
#include "daemon/api/write_params.h"
#include "daemon/api/writes.h"

namespace icure::api {

struct UserCreate : Keyed {
  ipc::RawJson user;
  static constexpr auto params();
};

struct UserModify : Keyed {
  std::string id;
  ipc::RawJson patch;
  std::optional<std::string> rev;
  static constexpr auto params();
};

/// user.disable, user.enable, user.delete.
struct UserChange : Keyed {
  std::string id;
  static constexpr auto params();
};

/// Loop thread only. What it refers to outlives it.
class UserWriteApi {
 public:
  explicit UserWriteApi(const Writes& writes) : writes_(writes) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer create(ipc::Call call, UserCreate request);
  ipc::Methods::Answer modify(ipc::Call call, UserModify request);
  ipc::Methods::Answer disable(ipc::Call call, UserChange request);
  ipc::Methods::Answer enable(ipc::Call call, UserChange request);
  ipc::Methods::Answer remove(ipc::Call call, UserChange request);
  ipc::Methods::Answer set_state(ipc::Call call, UserChange request, std::string_view method,
                                 sync::UserState state);

  const Writes& writes_;
};

}  // namespace icure::api
