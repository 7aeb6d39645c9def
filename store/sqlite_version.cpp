#include "store/sqlite_version.h"

#include "store/sqlite.h"

namespace icure::store {

std::string sqlcipher_version() {
  try {
    SQLite::Database db(":memory:", SQLite::OPEN_READWRITE);
    SQLite::Statement ask(db, "PRAGMA cipher_version");
    return ask.executeStep() ? ask.getColumn(0).getString() : std::string();
  } catch (const SQLite::Exception&) {
    return {};
  }
}

}  // namespace icure::store
