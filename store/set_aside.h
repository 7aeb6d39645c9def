// What is done with a mirror that cannot be used: kept for a look at it, out of the way.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "store/sqlite.h"

namespace icure::store {

/// Renames `directory/name` and its log to `name.<why>-<time>`, keeping all that are there already.
/// Returns the new name. Fails with io.
Result<std::string> move_aside(const std::string& directory, const std::string& name,
                               std::string_view why, WallTime now);

/// Renames `directory/name` and its log to `name.damaged-<time>`, and removes all but the newest
/// two so named. Returns the new name. Fails with io.
Result<std::string> set_aside(const std::string& directory, const std::string& name, WallTime now);

/// Removes `directory/name` with its log; that there is none is no error.
void remove_database(const std::string& directory, const std::string& name);

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
