// The mirror's writer over SQLite. Internal: store/open.h makes one.
#pragma once
#include <memory>

#include "store/condition.h"
#include "store/decrypted.h"
#include "store/event_numbers.h"
#include "store/mirror.h"
#include "store/sqlite.h"

namespace icure::store {

/// With what else is written over the one connection.
class MirrorFile : public MirrorWriter {
 public:
  virtual DecryptedWriter& decrypted() = 0;
  virtual ExchangeDataWriter& exchange_data() = 0;
};

/// `db` is open for writing and migrated; `numbers`, `clock` and `condition` outlive the writer.
/// Throws SQLite::Exception.
std::unique_ptr<MirrorFile> make_mirror_writer(SQLite::Database db, EventNumbers& numbers,
                                               const Clock& clock, const Condition& condition);

}  // namespace icure::store
