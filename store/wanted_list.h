// The documents that a sweep is still to read: on the disk, since a kind that fills has too many
// for the memory. Internal; throws SQLite::Exception.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/kind.h"
#include "store/query.h"

namespace icure::store {

class WantedList {
 public:
  explicit WantedList(SQLite::Database& db);

  /// In a transaction of its own. Returns how many were not on it yet.
  std::uint64_t add(Kind kind, const std::vector<std::string_view>& ids);
  /// The first of them in the order of ids, which are no longer on it then.
  std::vector<std::string> take(Kind kind, std::size_t limit);
  void clear(Kind kind);

 private:
  SQLite::Database& db_;
  Query add_, first_, forget_, clear_;
};

}  // namespace icure::store
