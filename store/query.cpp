#include "store/query.h"

namespace icure::store {
namespace {

std::string_view view(const void* bytes, int size) {
  if (!bytes) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace

Query::Query(SQLite::Database& db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int rc = sqlite3_prepare_v3(db.getHandle(), sql.c_str(), static_cast<int>(sql.size()) + 1,
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (rc != SQLITE_OK) throw SQLite::Exception(db.getHandle(), rc);
}

bool Query::Rows::next() {
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  throw SQLite::Exception(sqlite3_db_handle(statement_), rc);
}

std::optional<std::int64_t> Query::Rows::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::string_view Query::Rows::text(int column) const {
  const void* bytes = sqlite3_column_text(statement_, column);  // before the size, says SQLite
  return view(bytes, sqlite3_column_bytes(statement_, column));
}

std::string_view Query::Rows::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  return view(bytes, sqlite3_column_bytes(statement_, column));
}

void Query::bind(int at, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), at, value));
}

void Query::bind(int at, std::optional<std::int64_t> value) {
  check(value ? sqlite3_bind_int64(statement_.get(), at, *value)
              : sqlite3_bind_null(statement_.get(), at));
}

void Query::bind(int at, std::string_view value) {
  // A null pointer would bind NULL, an empty text is none.
  const char* bytes = value.data() ? value.data() : "";
  check(sqlite3_bind_text64(statement_.get(), at, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind(int at, Blob value) {
  const char* bytes = value.bytes.data() ? value.bytes.data() : "";
  check(sqlite3_bind_blob64(statement_.get(), at, bytes, value.bytes.size(), SQLITE_STATIC));
}

void Query::check(int rc) const {
  if (rc != SQLITE_OK) throw SQLite::Exception(sqlite3_db_handle(statement_.get()), rc);
}

}  // namespace icure::store
