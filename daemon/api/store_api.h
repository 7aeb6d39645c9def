// The "store.*" methods: what exists only here saved and proven, and a new store key.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "daemon/base/background.h"
#include "ipc/methods.h"
#include "store/safekeeping.h"

namespace icure::api {

struct StoreBackup {
  std::string path;
  static constexpr auto params();
  Result<Done> check() const;
};

struct StoreVerify {
  std::optional<std::string> path;
  static constexpr auto params();
  Result<Done> check() const;
};

struct StoreRekey {
  std::string key_file;
  static constexpr auto params();
  Result<Done> check() const;
};

/// Loop thread only. What it refers to outlives it.
class StoreApi {
 public:
  /// Reads a store key from a file; blocks.
  using ReadKey = std::function<Result<Secret>(const std::string& path)>;

  StoreApi(store::Safekeeping& safekeeping, Background& thread, ReadKey read_key)
      : safekeeping_(safekeeping), thread_(thread), read_key_(std::move(read_key)) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer backup(ipc::Call call, StoreBackup request);
  ipc::Methods::Answer verify(ipc::Call call, StoreVerify request);
  ipc::Methods::Answer rekey(ipc::Call call, StoreRekey request);
  ipc::Methods::Answer verify_backup(std::string path);

  store::Safekeeping& safekeeping_;  // touched on `thread_` only
  Background& thread_;
  ReadKey read_key_;
};

}  // namespace icure::api
