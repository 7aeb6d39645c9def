// What the writing methods of users and data owners share: what is known of an entity, taking a
// write in, and the answer.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "daemon/api/directory.h"
#include "daemon/base/random.h"
#include "ipc/methods.h"
#include "sync/outbox/outbox.h"
#include "sync/outbox/prepare.h"

namespace icure::api {

/// Loop thread only. What it refers to outlives its tasks; so does it.
struct Writes {
  Directory& directory;
  sync::Outbox& outbox;
  store::Outbox& ledger;  ///< Touched on its thread only.
  Background& ledger_thread;
  Random& random;

  /// What this caller asks for, now.
  sync::Asked asked_by(const ipc::Call& call) const;
  /// What is known of an entity, with what is queued. Fails with not_found or not_mirrored.
  Result<sync::Known> known(Kind kind, const std::string& id) const;

  struct Owner {
    Kind kind;
    sync::Known known;
  };
  /// The data owner of that id, of whatever kind. Fails as known(), and with forbidden where it may
  /// be of a kind that the caller may not see.
  Result<Owner> known_owner(const ipc::Grant& grant, const std::string& id) const;

  /// Checked against what is known now; not called for a request that was taken in before.
  using Prepare = std::function<Result<store::Item>()>;
  /// Takes a write in and answers {"item", MEMBER}: the entity as this caller's reads show it from
  /// now on; its id alone where they show nothing. Fails as `prepare` and Outbox::enqueue.
  ipc::Methods::Answer take_in(ipc::Call call, store::IdempotencyKey key, Prepare prepare,
                               std::string_view member) const;

 private:
  ipc::Methods::Answer answer(ipc::Call call, store::Item item, std::string_view member) const;
};

/// The JSON Schema of such an answer.
std::string write_schema(const std::string& member, const std::string& shape);

}  // namespace icure::api
