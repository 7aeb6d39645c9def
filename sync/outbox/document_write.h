// The operations that write one document of the platform, of whichever kind: create it, edit it,
// remove it. Each begins by finding out, or ends by being told, whether it happened before.
#pragma once
#include "sync/outbox/document_form.h"
#include "sync/outbox/operation.h"
#include "sync/refresh.h"
#include "sync/rest.h"
#include "sync/write/explain.h"

namespace icure::sync {

/// What they have in common. Loop thread only; what it refers to outlives its tasks.
class DocumentWrite : public Operation {
 public:
  DocumentWrite(Rest& rest, Refresher& refresher) : rest_(rest), refresher_(refresher) {}

 protected:
  /// The platform's document of now; absent: it does not exist or was deleted.
  Task<Answer<std::optional<std::string>>> read(const store::Item& item, std::stop_token stop);
  /// `done`, when the mirror shows what the platform has now.
  Task<Outcome> shown(const store::Item& item, std::stop_token stop);
  /// Why `document`, which is to become the item's, is refused: by its status, but for a contact
  /// that another user has, which no status tells.
  Task<Outcome> why(const store::Item& item, write::WriteStep step, Fault fault,
                    std::string document, std::stop_token stop);

  Rest& rest_;
  Refresher& refresher_;
};

/// user.create, owner.create. Platform: the same document once more is 400 or 409; then it is there
/// under the id that was chosen for it.
class CreateDocument final : public DocumentWrite {
 public:
  using DocumentWrite::DocumentWrite;
  Task<Outcome> attempt(store::Item& item, Progress& progress, std::stop_token stop) override;
};

/// user.modify, user.disable, user.enable, owner.modify: the platform's document of now, with the
/// edit merged into it. What is there already is not sent again.
class EditDocument final : public DocumentWrite {
 public:
  using DocumentWrite::DocumentWrite;
  Task<Outcome> attempt(store::Item& item, Progress& progress, std::stop_token stop) override;

 private:
  Task<Outcome> conflict(store::Item& item, std::string theirs,
                         std::vector<write::Conflict> conflicts, Progress& progress);
};

/// user.delete.
class RemoveDocument final : public DocumentWrite {
 public:
  using DocumentWrite::DocumentWrite;
  Task<Outcome> attempt(store::Item& item, Progress& progress, std::stop_token stop) override;
};

}  // namespace icure::sync
