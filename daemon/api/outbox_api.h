// The "outbox.*" methods: what was accepted and is not on the platform yet, and what an
// administrator may do about it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/background.h"
#include "ipc/methods.h"
#include "sync/outbox/outbox.h"

namespace icure::api {

struct OutboxList {
  std::optional<std::string> state;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
  static constexpr auto params();
  Result<Done> check() const;
};

struct OutboxItem {
  std::string id;
  static constexpr auto params();
};

struct OutboxDiscard {
  std::string id;
  std::string reason;
  static constexpr auto params();
};

/// Loop thread only. What it refers to outlives it.
class OutboxApi {
 public:
  OutboxApi(sync::Outbox& outbox, store::Outbox& ledger, Background& ledger_thread)
      : outbox_(outbox), ledger_(ledger), ledger_thread_(ledger_thread) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer list(ipc::Call call, OutboxList request);
  ipc::Methods::Answer get(ipc::Call call, OutboxItem request);
  ipc::Methods::Answer hold(ipc::Call call, OutboxItem request);
  ipc::Methods::Answer release(ipc::Call call, OutboxItem request);
  ipc::Methods::Answer retry(ipc::Call call, OutboxItem request);
  ipc::Methods::Answer discard(ipc::Call call, OutboxDiscard request);

  struct Shown {
    store::Item item;
    std::vector<store::Step> steps;
  };
  /// Fails with not_found, or with forbidden where the caller may not see that kind.
  Task<Result<Shown>> shown(ipc::Call call, std::string id);
  ipc::Methods::Answer act(ipc::Call call, sync::Action action, std::string id, std::string reason);

  sync::Outbox& outbox_;
  store::Outbox& ledger_;  // touched on its thread only
  Background& ledger_thread_;
};

}  // namespace icure::api
