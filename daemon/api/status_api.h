// "daemon.status" and "config.show": how it goes, for people and their monitoring.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "daemon/api/directory.h"
#include "daemon/config_file.h"
#include "ipc/methods.h"
#include "sync/live.h"
#include "sync/session.h"

namespace icure::api {

struct Warning {
  std::string code;
  std::string text;
  std::string hint;
};

/// What the daemon's status is made of, besides the engine and the mirror.
struct Facts {
  std::string version;
  WallTime started{};
  std::vector<Warning> warnings;  ///< Of the start; they stay.
};

class StatusApi {
 public:
  StatusApi(Directory& directory, const sync::Session& session, const sync::Live& live, Facts facts)
      : directory_(directory), session_(session), live_(live), facts_(std::move(facts)) {}
  void register_on(ipc::Methods& methods);
  /// What `config.show` answers from now on.
  void show(std::vector<ShownValue> values) { shown_ = std::move(values); }
  /// One line for systemd, such as "online; 5000 users, 200 hcps".
  std::string summary() const;

 private:
  struct State {
    std::string name;
    sync::Cause cause = sync::Cause::none;
    WallTime since{};
  };
  State state() const;
  std::uint64_t held() const;
  ipc::Methods::Answer status(ipc::Call call, ipc::NoParams);
  ipc::Methods::Answer config(ipc::Call call, ipc::NoParams);

  Directory& directory_;
  const sync::Session& session_;
  const sync::Live& live_;
  Facts facts_;
  std::vector<ShownValue> shown_;
};

}  // namespace icure::api
