// A prepared statement for hot paths. SQLiteCpp's own copies every bound text and shares the
// ownership of every column, which at 100,000 rows a second is most of the work. Internal.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace icure::store {

/// Marks bytes to be bound as a BLOB.
struct Blob {
  std::string_view bytes;
};

/// Throws SQLite::Exception on every failure. The database must outlive it.
class Query {
 public:
  Query(SQLite::Database& db, const std::string& sql);

  /// The rows of one execution; reset when it dies. What was bound must live as long, and a
  /// view of a column until the next call of next().
  class [[nodiscard]] Rows {
   public:
    explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() { sqlite3_reset(statement_); }

    bool next();
    std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    std::optional<std::int64_t> optional_integer(int column) const;
    std::string_view text(int column) const;
    std::string_view blob(int column) const;

   private:
    sqlite3_stmt* statement_;
  };

  /// Binds the arguments to ?1, ?2, ... and starts.
  template <class... Args>
  Rows operator()(const Args&... args) {
    int at = 0;
    (bind(++at, args), ...);
    return Rows(statement_.get());
  }
  /// For statements without rows.
  template <class... Args>
  void run(const Args&... args) {
    (*this)(args...).next();
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void bind(int at, std::int64_t value);
  void bind(int at, std::optional<std::int64_t> value);
  void bind(int at, std::string_view value);
  void bind(int at, Blob value);
  void check(int rc) const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace icure::store
