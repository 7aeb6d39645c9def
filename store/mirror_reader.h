// The mirror's reader over SQLite: what the platform said and nothing else. Internal:
// store/layered_reader.h lays over it what is queued.
#pragma once
#include <atomic>
#include <memory>

#include "store/mirror.h"
#include "store/row_check.h"
#include "store/sqlite.h"

namespace icure::store {

class PlainReader : public MirrorReader {
 public:
  /// What find() chooses from.
  virtual Result<std::vector<Match>> matches(Kind kind, Key key, std::string_view value,
                                             Sight sight) = 0;
};

/// `db` is open and of the current schema; `changes` counts the writer's commits and outlives the
/// reader. Throws SQLite::Exception.
std::unique_ptr<PlainReader> make_mirror_reader(SQLite::Database db,
                                                const std::atomic<Changes>& changes);

}  // namespace icure::store
