// The "key.*" methods: the private keys that make encrypted records readable.
#pragma once
#include "ipc/methods.h"
#include "sync/keys/keys.h"

namespace icure::api {

struct KeyImport {
  std::string owner;
  std::optional<std::string> pkcs8;
  std::optional<ipc::RawJson> jwk;
  std::optional<std::string> recovery;
  static constexpr auto params();
  Result<Done> check() const;
};

struct KeyRemove {
  std::string fingerprint;
  std::optional<std::string> owner;
  static constexpr auto params();
};

class KeyApi {
 public:
  explicit KeyApi(sync::Keys& keys) : keys_(keys) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer import(ipc::Call call, KeyImport request);
  ipc::Methods::Answer list(ipc::Call call, ipc::NoParams request);
  ipc::Methods::Answer remove(ipc::Call call, KeyRemove request);

  sync::Keys& keys_;
};

}  // namespace icure::api
