// What is done with a file that cannot be used: kept for a look at it, out of the way.
#pragma once
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "store/sqlite.h"

namespace icure::store {

enum class Older {
  erase,  ///< All but the newest two.
  keep,
};

/// Renames `directory/name` and its log to `name.damaged-<time>`. Returns the new name. `older` is
/// for those that were so named before. Fails with io.
Result<std::string> set_aside(const std::string& directory, const std::string& name, WallTime now,
                              Older older);

/// Notes that the database is damaged, so that the next start sets it aside. Any thread.
void mark_suspect(const std::string& path);
bool is_suspect(const std::string& path);

/// guarded() for the mirror: damage that is met while it is used is noted.
template <class Body>
auto guarded_mirror(const SQLite::Database& db, Body body) -> decltype(body()) {
  auto result = guarded(body);
  if (!result && result.error().code == Code::corrupt) mark_suspect(db.getFilename());
  return result;
}

}  // namespace icure::store
