#include "store/salvage.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/outbox.h"

namespace icure::store {
namespace {

using Json = nlohmann::ordered_json;

// Numbers that are tried one by one behind a place that cannot be read, before the rest of a table
// is given up.
constexpr std::int64_t kLongestGap = 100'000;

constexpr const char* kTables[] = {"item", "item_step", "invitation"};

Json value_of(const SQLite::Column& column) {
  if (column.isNull()) return nullptr;
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble();
  return column.getString();
}

/// Where a number was, damage may have left anything.
void name_state(Json& item) {
  if (!item["state"].is_number_integer()) return;
  const auto state = item["state"].get<std::int64_t>();
  if (state < 0 || state >= static_cast<std::int64_t>(kItemStates)) return;
  item["state"] = name_of(static_cast<ItemState>(state));
}

class Reading {
 public:
  explicit Reading(SQLite::Database& db) : db_(db) {}

  void read(const std::string& table) {
    std::int64_t last = 0;
    while (!read_on(table, "> ?1 ORDER BY rowid", last)) {
      found_.whole = false;
      if (!pass_over(table, last)) return;
    }
  }

  Readable take() { return std::move(found_); }

 private:
  /// Goes on behind the rows after `last` that cannot be read. False: nothing more can be.
  bool pass_over(const std::string& table, std::int64_t& last) {
    const auto rows = found_.rows;
    for (auto tried = last + 1; tried <= last + kLongestGap; ++tried) {
      auto number = tried;
      read_on(table, "= ?1", number);
      if (found_.rows == rows) continue;
      last = tried;
      return true;
    }
    return false;
  }

  /// Writes the rows whose number is so compared with `last`, which then is the last one's. False:
  /// something could not be read.
  bool read_on(const std::string& table, const std::string& which, std::int64_t& last) {
    try {
      SQLite::Statement rows(db_, "SELECT *, rowid FROM " + table + " WHERE rowid " + which);
      rows.bind(1, last);
      while (rows.executeStep()) {
        Json line = {{"table", table}};
        const int columns = rows.getColumnCount() - 1;
        for (int at = 0; at < columns; ++at) {
          const auto column = rows.getColumn(at);
          line[column.getName()] = value_of(column);
        }
        if (line.contains("op")) name_state(line);
        // Damage may have put rows out of order: going back would never end.
        last = std::max(last, rows.getColumn(columns).getInt64());
        found_.lines += line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
        ++found_.rows;
      }
      return true;
    } catch (const SQLite::Exception&) {  // why does not matter: what is behind it may be sound
      return false;
    }
  }

  SQLite::Database& db_;
  Readable found_;
};

}  // namespace

Readable read_what_can_be_read(const std::string& ledger, const Secret& key) {
  auto db = open_database(ledger, key, {});
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  Readable all;
  for (const auto* table : kTables) {
    Reading reading(db);
    reading.read(table);
    auto found = reading.take();
    all.lines += found.lines;
    all.rows += found.rows;
    all.whole = all.whole && found.whole;
  }
  return all;
}

}  // namespace icure::store
