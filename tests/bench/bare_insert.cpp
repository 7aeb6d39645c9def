// The yardstick of the sync benchmark: the same documents, uncompressed, into a bare SQLCipher
// file with the same columns indexed, the way its documentation would have it: one thread,
// transactions of a page, WAL, 64 MiB of cache, indexes made after the load.
//
//   bench-bare-insert --documents FILE (one JSON document a line) --database FILE
//
// Prints one JSON line.
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

namespace {

struct Columns {
  std::string id, rev, status, login, email, phone, owner, json;
};

std::string text(simdjson::dom::element document, const char* name) {
  std::string_view value;
  return document[name].get_string().get(value) == simdjson::SUCCESS ? std::string(value)
                                                                     : std::string();
}

std::vector<Columns> read(const std::string& path) {
  std::ifstream file(path);
  std::vector<Columns> rows;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(file, line);) {
    const simdjson::dom::element document = parser.parse(line);
    auto owner = text(document, "healthcarePartyId");
    if (owner.empty()) owner = text(document, "patientId");
    if (owner.empty()) owner = text(document, "deviceId");
    rows.push_back({text(document, "id"), text(document, "rev"), text(document, "status"),
                    text(document, "login"), text(document, "email"), text(document, "mobilePhone"),
                    owner, line});
  }
  return rows;
}

void insert(const std::vector<Columns>& rows, const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  const unsigned char key[32] = {1};
  sqlite3_key(database.getHandle(), key, sizeof key);
  database.exec(
      "PRAGMA cipher_page_size = 8192; PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536");
  database.exec(
      "CREATE TABLE user (row INTEGER PRIMARY KEY, id TEXT, rev TEXT, status TEXT,"
      " login TEXT, email TEXT, phone TEXT, owner TEXT, doc TEXT)");
  SQLite::Statement statement(database, "INSERT INTO user VALUES (NULL,?,?,?,?,?,?,?,?)");
  for (std::size_t at = 0; at < rows.size();) {
    SQLite::Transaction page(database);
    for (const auto end = std::min(rows.size(), at + 1000); at < end; ++at) {
      const auto& row = rows[at];
      int column = 0;
      for (const auto* value : {&row.id, &row.rev, &row.status, &row.login, &row.email, &row.phone,
                                &row.owner, &row.json}) {
        statement.bindNoCopy(++column, *value);
      }
      statement.exec();
      statement.reset();
    }
    page.commit();
  }
  for (const auto* column : {"id", "login", "email", "phone", "owner"}) {
    database.exec(std::string("CREATE INDEX user_") + column + " ON user (" + column + ")");
  }
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be measured ends loudly
int main(int argc, char** argv) {
  std::string documents;
  std::string database;
  CLI::App app("A bare SQLCipher load");
  app.add_option("--documents", documents)->required();
  app.add_option("--database", database)->required();
  CLI11_PARSE(app, argc, argv);
  const auto rows = read(documents);
  const auto begin = std::chrono::steady_clock::now();
  insert(rows, database);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("{\"rows\":%zu,\"seconds\":%.3f,\"bytes\":%ju}\n", rows.size(), took.count(),
              static_cast<std::uintmax_t>(std::filesystem::file_size(database)));
}
