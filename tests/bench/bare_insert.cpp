// The yardstick of the sync benchmark: the same documents, uncompressed, into a bare SQLCipher or
// plain SQLite file with the same columns indexed and the same search table, the way the manuals
// would have it: one thread, transactions of a page, WAL, as much cache as the mirror has while it
// fills, indexes made after the load.
//
//   bench-bare-insert --documents FILE (one JSON document a line) --database FILE [--plain]
//
// Prints one JSON line. Reading and parsing the documents is not in the time.
#include <SQLiteCpp/SQLiteCpp.h>
#include <simdjson.h>
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/facts.h"

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kPage = 1000;

struct Columns {
  std::string id, rev, status, login, email, phone, owner, json, words;
};

std::string text(simdjson::dom::element document, const char* name) {
  std::string_view value;
  return document[name].get_string().get(value) == simdjson::SUCCESS ? std::string(value)
                                                                     : std::string();
}

class Documents {
 public:
  explicit Documents(const std::string& path) : file_(path) {}

  /// The next of them, a page at most; none: that was all.
  std::vector<Columns> next_page() {
    std::vector<Columns> rows;
    for (std::string line; rows.size() < kPage && std::getline(file_, line);) {
      const simdjson::dom::element document = parser_.parse(line);
      auto owner = text(document, "healthcarePartyId");
      if (owner.empty()) owner = text(document, "patientId");
      if (owner.empty()) owner = text(document, "deviceId");
      if (!reader_.read(icure::Kind::user, line, facts_)) throw std::runtime_error("not a user");
      rows.push_back({text(document, "id"), text(document, "rev"), text(document, "status"),
                      text(document, "login"), text(document, "email"),
                      text(document, "mobilePhone"), owner, line, facts_.words});
    }
    return rows;
  }

 private:
  std::ifstream file_;
  simdjson::dom::parser parser_;
  icure::store::FactReader reader_;
  icure::store::Facts facts_;
};

void make_tables(SQLite::Database& database, bool plain) {
  const unsigned char key[32] = {1};
  if (!plain) sqlite3_key(database.getHandle(), key, sizeof key);
  database.exec(plain ? "PRAGMA page_size = 8192" : "PRAGMA cipher_page_size = 8192");
  database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;"
      "CREATE TABLE user (row INTEGER PRIMARY KEY, id TEXT, rev TEXT, status TEXT,"
      " login TEXT, email TEXT, phone TEXT, owner TEXT, doc TEXT);"
      "CREATE VIRTUAL TABLE user_words USING fts5(words, content='', contentless_delete=1, "
      "detail=none,"
      " prefix='1 2 3 4 5', tokenize='unicode61 remove_diacritics 2')");
}

void insert(SQLite::Database& database, const std::vector<Columns>& rows, std::int64_t first) {
  SQLite::Statement row(database, "INSERT INTO user VALUES (?,?,?,?,?,?,?,?,?)");
  SQLite::Statement words(database, "INSERT INTO user_words (rowid, words) VALUES (?, ?)");
  SQLite::Transaction page(database);
  for (const auto& each : rows) {
    int column = 0;
    row.bind(++column, first);
    for (const auto* value : {&each.id, &each.rev, &each.status, &each.login, &each.email,
                              &each.phone, &each.owner, &each.json}) {
      row.bindNoCopy(++column, *value);
    }
    row.exec();
    row.reset();
    words.bind(1, first++);
    words.bindNoCopy(2, each.words);
    words.exec();
    words.reset();
  }
  page.commit();
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be measured ends loudly
int main(int argc, char** argv) {
  std::string documents;
  std::string path;
  bool plain = false;
  CLI::App app("A bare SQLite load");
  app.add_option("--documents", documents)->required();
  app.add_option("--database", path)->required();
  app.add_flag("--plain", plain, "without encryption");
  CLI11_PARSE(app, argc, argv);
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  make_tables(database, plain);
  Documents source(documents);
  Clock::duration took{};
  std::int64_t count = 0;
  for (auto rows = source.next_page(); !rows.empty(); rows = source.next_page()) {
    const auto begin = Clock::now();
    insert(database, rows, count + 1);
    took += Clock::now() - begin;
    count += static_cast<std::int64_t>(rows.size());
  }
  const auto begin = Clock::now();
  for (const auto* column : {"id", "login", "email", "phone", "owner"}) {
    database.exec(std::string("CREATE INDEX user_") + column + " ON user (" + column + ")");
  }
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  took += Clock::now() - begin;
  std::printf("{\"rows\":%jd,\"seconds\":%.3f,\"bytes\":%ju}\n", static_cast<std::intmax_t>(count),
              std::chrono::duration<double>(took).count(),
              static_cast<std::uintmax_t>(std::filesystem::file_size(path)));
}
