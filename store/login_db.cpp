#include "store/login_db.h"

namespace icure::store {
namespace {

constexpr auto kSchema = R"sql(
CREATE TABLE verifier (
  user TEXT PRIMARY KEY,
  n INTEGER NOT NULL,
  r INTEGER NOT NULL,
  p INTEGER NOT NULL,
  salt BLOB NOT NULL,
  digest BLOB NOT NULL,
  proven INTEGER NOT NULL,      -- milliseconds, as all times
  mark TEXT NOT NULL
) STRICT;
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  user TEXT NOT NULL,
  uid INTEGER NOT NULL,
  client TEXT NOT NULL,
  mode INTEGER NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL,
  proven INTEGER NOT NULL,
  mark TEXT NOT NULL
) STRICT;
CREATE INDEX session_user ON session (user);
CREATE TABLE login_failure (
  subject TEXT NOT NULL,
  uid INTEGER NOT NULL,
  count INTEGER NOT NULL,
  last INTEGER NOT NULL,
  locked_until INTEGER,
  PRIMARY KEY (subject, uid)
) STRICT;
CREATE TABLE login_fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
)sql";

constexpr std::string_view kHighestTime = "highest_time";

std::int64_t millis_of(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime time_of(std::int64_t millis) {
  return WallTime(Millis(millis));
}
std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

class SqliteLogins final : public Logins {
 public:
  explicit SqliteLogins(LedgerFile& file)
      : file_(file),
        insert_session_(file.db(),
                        "INSERT INTO session (id, digest, user, uid, client, mode, created, used, "
                        "proven, mark) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
        sessions_(file.db(),
                  "SELECT id, digest, user, uid, client, mode, created, used, proven, mark "
                  "FROM session ORDER BY created, id"),
        used_(file.db(), "UPDATE session SET used = max(used, ?2) WHERE id = ?1"),
        end_(file.db(), "DELETE FROM session WHERE id = ?1"),
        end_all_(file.db(), "DELETE FROM session WHERE user = ?1"),
        keep_verifier_(file.db(),
                       "INSERT OR REPLACE INTO verifier (user, n, r, p, salt, digest, proven, mark)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
        forget_verifier_(file.db(), "DELETE FROM verifier WHERE user = ?1"),
        verifier_(file.db(),
                  "SELECT user, n, r, p, salt, digest, proven, mark FROM verifier WHERE user = ?1"),
        verified_(file.db(), "SELECT user, proven, mark FROM verifier ORDER BY user"),
        failures_(file.db(),
                  "SELECT count, last, locked_until FROM login_failure "
                  "WHERE subject = ?1 AND uid = ?2"),
        failed_(file.db(),
                "INSERT OR REPLACE INTO login_failure (subject, uid, count, last, locked_until) "
                "VALUES (?1, ?2, ?3, ?4, ?5)"),
        forget_failure_(file.db(), "DELETE FROM login_failure WHERE subject = ?1 AND uid = ?2"),
        forget_failures_(file.db(),
                         "DELETE FROM login_failure WHERE last < ?1 "
                         "AND coalesce(locked_until, 0) < ?1"),
        fact_(file.db(), "SELECT value FROM login_fact WHERE name = ?1"),
        set_fact_(file.db(), "INSERT OR REPLACE INTO login_fact (name, value) VALUES (?1, ?2)") {}

  Result<Done> begin(const LoginSession& session,
                     const std::optional<Verifier>& verifier) override {
    const auto& s = session;
    const auto write = [&] {
      insert_session_.run(s.id, Blob{s.digest}, s.user, s.uid, s.client,
                          std::int64_t{s.mode == LoginMode::offline}, millis_of(s.created),
                          millis_of(s.used), millis_of(s.proven), s.mark);
      forget_failure_.run(s.user, s.uid);
      if (s.mode == LoginMode::offline) return;
      if (!verifier) return forget_verifier_.run(s.user);
      const auto& v = *verifier;
      keep_verifier_.run(v.user, signed_of(v.cost.n), signed_of(v.cost.r), signed_of(v.cost.p),
                         Blob{v.salt}, Blob{v.digest}, millis_of(v.proven), v.mark);
    };
    return s.mode == LoginMode::offline ? kept(write) : changed(write);
  }

  Result<std::vector<LoginSession>> sessions() override {
    return guarded([&]() -> Result<std::vector<LoginSession>> {
      std::vector<LoginSession> found;
      for (auto rows = sessions_(); rows.next();) {
        LoginSession one;
        one.id = rows.text(0);
        one.digest = rows.blob(1);
        one.user = rows.text(2);
        one.uid = rows.integer(3);
        one.client = rows.text(4);
        one.mode = rows.integer(5) == 0 ? LoginMode::online : LoginMode::offline;
        one.created = time_of(rows.integer(6));
        one.used = time_of(rows.integer(7));
        one.proven = time_of(rows.integer(8));
        one.mark = rows.text(9);
        found.push_back(std::move(one));
      }
      return found;
    });
  }

  Result<Done> used(const std::vector<Use>& uses) override {
    return kept([&] {
      for (const auto& use : uses) used_.run(use.id, millis_of(use.at));
    });
  }

  Result<Done> end(const std::vector<std::string>& session_ids) override {
    return changed([&] {
      for (const auto& id : session_ids) end_.run(id);
    });
  }

  Result<Done> shut_out(std::string_view user) override {
    return changed([&] {
      end_all_.run(user);
      forget_verifier_.run(user);
    });
  }

  Result<std::optional<Verifier>> verifier(std::string_view user) override {
    return guarded([&]() -> Result<std::optional<Verifier>> {
      auto rows = verifier_(user);
      if (!rows.next()) return std::optional<Verifier>();
      Verifier found;
      found.user = rows.text(0);
      found.cost = {unsigned_of(rows.integer(1)), unsigned_of(rows.integer(2)),
                    unsigned_of(rows.integer(3))};
      found.salt = rows.blob(4);
      found.digest = rows.blob(5);
      found.proven = time_of(rows.integer(6));
      found.mark = rows.text(7);
      return std::optional(std::move(found));
    });
  }

  Result<std::vector<VerifiedUser>> verified() override {
    return guarded([&]() -> Result<std::vector<VerifiedUser>> {
      std::vector<VerifiedUser> found;
      for (auto rows = verified_(); rows.next();) {
        found.push_back(
            {std::string(rows.text(0)), time_of(rows.integer(1)), std::string(rows.text(2))});
      }
      return found;
    });
  }

  Result<Done> forget_verifier(std::string_view user) override {
    return changed([&] { forget_verifier_.run(user); });
  }

  Result<LoginFailures> failures(std::string_view subject, std::int64_t uid) override {
    return guarded([&]() -> Result<LoginFailures> {
      auto rows = failures_(subject, uid);
      if (!rows.next()) return LoginFailures();
      LoginFailures found{rows.integer(0), time_of(rows.integer(1)), {}};
      if (const auto until = rows.optional_integer(2)) found.locked_until = time_of(*until);
      return found;
    });
  }

  Result<Done> failed(std::string_view subject, std::int64_t uid,
                      const LoginFailures& failures) override {
    return kept([&] {
      std::optional<std::int64_t> until;
      if (failures.locked_until) until = millis_of(*failures.locked_until);
      failed_.run(subject, uid, failures.count, millis_of(failures.last), until);
    });
  }

  Result<Done> forget_failures(WallTime time) override {
    return kept([&] { forget_failures_.run(millis_of(time)); });
  }

  Result<std::optional<ScryptCost>> cost() override {
    return guarded([&]() -> Result<std::optional<ScryptCost>> {
      const auto n = fact("scrypt_n");
      const auto r = fact("scrypt_r");
      const auto p = fact("scrypt_p");
      if (!n || !r || !p) return std::optional<ScryptCost>();
      return std::optional(ScryptCost{unsigned_of(*n), unsigned_of(*r), unsigned_of(*p)});
    });
  }

  Result<Done> set_cost(ScryptCost cost) override {
    return kept([&] {
      set_fact_.run(std::string_view("scrypt_n"), signed_of(cost.n));
      set_fact_.run(std::string_view("scrypt_r"), signed_of(cost.r));
      set_fact_.run(std::string_view("scrypt_p"), signed_of(cost.p));
    });
  }

  Result<std::optional<WallTime>> highest_time() override {
    return guarded([&]() -> Result<std::optional<WallTime>> {
      const auto millis = fact(kHighestTime);
      if (!millis) return std::optional<WallTime>();
      return std::optional(time_of(*millis));
    });
  }

  Result<Done> set_highest_time(WallTime time) override {
    return kept([&] { set_fact_.run(kHighestTime, millis_of(time)); });
  }

 private:
  std::optional<std::int64_t> fact(std::string_view name) {
    auto rows = fact_(name);
    if (!rows.next()) return std::nullopt;
    return rows.integer(0);
  }

  /// All or nothing of what `write` does.
  template <class Write>
  Result<Done> kept(Write write) {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(file_);
      write();
      change.commit();
      return Done{};
    });
  }

  /// The same, of what removes something that must not be found in the log either.
  template <class Write>
  Result<Done> changed(Write write) {
    auto done = kept(write);
    if (done) file_.empty_log();
    return done;
  }

  LedgerFile& file_;
  Query insert_session_, sessions_, used_, end_, end_all_, keep_verifier_, forget_verifier_,
      verifier_, verified_, failures_, failed_, forget_failure_, forget_failures_, fact_, set_fact_;
};

}  // namespace

void forget_logins(SQLite::Database& db) {
  db.exec("DELETE FROM session; DELETE FROM verifier");
}

const char* login_schema() {
  return kSchema;
}

std::unique_ptr<Logins> make_logins(LedgerFile& file) {
  return std::make_unique<SqliteLogins>(file);
}

}  // namespace icure::store
