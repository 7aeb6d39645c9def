// The table of events, the same in both files. Internal; throws SQLite::Exception; changes belong
// inside a transaction, at whose end the numbers are finished.
#pragma once
#include <optional>
#include <string_view>

#include "store/event_numbers.h"
#include "store/sqlite.h"

namespace icure::store {

/// A step of the migrations of each file.
const char* event_schema();

/// The newest that the file has; 0 if it has none.
EventNumber newest_event(SQLite::Database& db);

/// In a ledger that is a copy, or will be: its numbers go on far beyond all that the original may
/// have told since, and what that told and this one does not know is a gap. Within a transaction of
/// the caller.
void begin_elsewhere(SQLite::Database& ledger);

/// Sets the numbers to go on after all that may ever have been shown, and reserves a block of them
/// in the ledger: a power cut may take the mirror's last events, but never brings their numbers
/// back with another meaning. Each file that has no events yet says that those before are lost.
/// Both are open and migrated, and nobody else uses them yet.
void begin_events(SQLite::Database& mirror, SQLite::Database& ledger, EventNumbers& numbers);

class EventTable {
 public:
  EventTable(SQLite::Database& db, EventFile file, EventNumbers& numbers, const Clock& clock);

  void add(Topic topic, std::string_view change, std::optional<Kind> kind, std::string_view id,
           std::string_view rev);
  /// The oldest thousand at most. A gap takes their place.
  std::uint64_t forget(WallTime before);
  /// The ledger's alone: sees to it that there is half a block at least ahead of what is used.
  void reserve();

  EventFile file() const { return file_; }
  EventNumbers& numbers() { return numbers_; }

 private:
  EventFile file_;
  EventNumbers& numbers_;
  const Clock& clock_;
  SQLite::Database& db_;
  Query add_, oldest_, forget_;
};

}  // namespace icure::store
