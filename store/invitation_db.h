// The table of invitations, in the ledger's file. Internal: store/outbox_db.h writes it together
// with the items, store/open.h makes its reader.
#pragma once
#include <memory>

#include "store/invitation.h"
#include "store/ledger_file.h"
#include "store/outbox.h"

namespace icure::store {

/// Its table, as a step of ledger_migrations(); after the outbox's.
const char* invitation_schema();

/// What the outbox writes of an invitation, inside of its own transactions. Throws
/// SQLite::Exception.
class InvitationTable {
 public:
  explicit InvitationTable(LedgerFile& file);

  /// `id`: of the item.
  void insert(std::int64_t item, std::string_view id, const Invitation& invitation);
  /// How far it is; what insert() fixed and the goal stay.
  void update(std::int64_t item, const Invitation& invitation);
  void set_goal(std::int64_t item, Goal goal);
  /// Brings the state in line with the item's. Where nothing more will come, what tells of the
  /// person is erased. An item without an invitation is left alone.
  void follow(std::int64_t item, ItemState state);
  /// The same for all items that are held.
  void follow_held();

 private:
  InvitationTable(SQLite::Database& db, EventTable& events);
  /// Of invitations that have another state now: state, kind, id.
  void tell(Query::Rows moved);

  EventTable& events_;
  Query insert_, update_, set_goal_, follow_, follow_held_, erase_;
};

/// `file` is migrated and outlives it. Throws SQLite::Exception.
std::unique_ptr<Invitations> make_invitations(LedgerFile& file, const Clock& clock);

}  // namespace icure::store
