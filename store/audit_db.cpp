#include "store/audit_db.h"

#include <unistd.h>

#include <algorithm>

#include "store/audit_chain.h"

namespace icure::store {
namespace {

constexpr auto kFirstSchema = R"sql(
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,          -- milliseconds
  uid INTEGER NOT NULL,
  program TEXT NOT NULL,
  actor TEXT NOT NULL,
  actor_verified INTEGER NOT NULL,
  method TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  query TEXT NOT NULL,
  records INTEGER,
  outcome TEXT NOT NULL,
  calls INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE signed_end (       -- 'head': the newest entry; 'checkpoint': the newest one erased
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kHead = "head";
constexpr std::string_view kCheckpoint = "checkpoint";

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}
std::string_view bytes_of(const AuditHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
AuditHash hash_of(std::string_view bytes) {
  AuditHash hash{};
  if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

class SqliteAudit final : public Audit {
 public:
  SqliteAudit(SQLite::Database db, const Secret& key, Condition& condition)
      : db_(std::move(db)),
        condition_(condition),
        chain_(key),
        insert_(db_,
                "INSERT INTO entry (seq, at, uid, program, actor, actor_verified, method, kind, "
                "id, query, records, outcome, calls, hash) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"),
        rows_(db_,
              "SELECT seq, at, uid, program, actor, actor_verified, method, kind, id, query, "
              "records, outcome, calls, hash FROM entry WHERE seq > ?1 ORDER BY seq LIMIT ?2"),
        newest_(db_, "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"),
        hash_at_(db_, "SELECT hash FROM entry WHERE seq = ?1"),
        oldest_(db_, "SELECT seq, at, hash FROM entry ORDER BY seq LIMIT ?1"),
        erase_(db_, "DELETE FROM entry WHERE seq <= ?1"),
        end_(db_, "SELECT seq, hash, signature FROM signed_end WHERE name = ?1"),
        set_end_(db_,
                 "INSERT OR REPLACE INTO signed_end (name, seq, hash, signature) "
                 "VALUES (?1, ?2, ?3, ?4)") {}

  ~SqliteAudit() override { checkpoint(db_); }

  /// Whether it ends where it should; goes on from there, or from behind a break.
  bool begin(const std::optional<AuditHead>& kept, WallTime now) {
    head_ = newest();
    auto highest = head_.seq;
    if (const auto said = signed_end(kHead)) highest = std::max(highest, said->head.seq);
    if (kept) highest = std::max(highest, kept->seq);
    if (ends_well() && (!kept || has(*kept))) return true;
    AuditEntry entry;
    entry.at = now;
    entry.uid = getuid();
    entry.program = "icure-syncd";
    entry.method = kAuditBroken;
    entry.outcome = "broken";
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    head_ = add(head_, highest + 1, entry);
    set_end(kHead, head_);
    transaction.commit();
    return false;
  }

  Result<AuditHead> append(std::span<const AuditEntry> entries) override {
    auto appended = guarded([&]() -> Result<AuditHead> {
      auto room = condition_.check_disk(Condition::kFloor / 2);
      if (!room) return std::move(room).error();
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      auto head = head_;
      for (const auto& entry : entries) head = add(head, head.seq + 1, entry);
      set_end(kHead, head);
      transaction.commit();
      head_ = head;
      return head;
    });
    if (!appended && appended.error().code == Code::io) condition_.note_failed_write();
    return appended;
  }

  AuditHead head() const override { return head_; }

  Result<std::vector<AuditRow>> list(std::uint64_t since, std::size_t limit) override {
    return guarded([&]() -> Result<std::vector<AuditRow>> {
      std::vector<AuditRow> found;
      for (auto rows = rows_(signed_of(since), static_cast<std::int64_t>(limit)); rows.next();) {
        found.push_back(row_of(rows));
      }
      return found;
    });
  }

  Result<AuditWalk> prove(AuditWalk walk, std::size_t most) override {
    auto proved = guarded([&]() -> Result<AuditWalk> {
      walk.finished = true;  // unless there is more
      const auto checkpoint = signed_end(kCheckpoint);
      if (checkpoint && !checkpoint->holds) return broken(walk, checkpoint->head.seq);
      // Entries may be erased by age while others are proved.
      if (checkpoint && checkpoint->head.seq > walk.at.seq) walk.at = checkpoint->head;
      const auto limit = static_cast<std::int64_t>(most);
      for (auto rows = rows_(signed_of(walk.at.seq), limit); rows.next();) {
        const auto row = row_of(rows);
        if (row.entry.method == kAuditBroken) return broken(walk, row.seq);
        if (row.seq != walk.at.seq + 1) return broken(walk, walk.at.seq + 1);
        const auto here = chain_.link(walk.at, row.seq, row.entry);
        if (here.hash != row.hash) return broken(walk, row.seq);
        if (walk.kept && walk.kept->seq == here.seq && *walk.kept != here) {
          return broken(walk, row.seq);
        }
        walk.at = here;
        ++walk.entries;
        walk.finished = false;
      }
      if (!walk.finished) return walk;
      const auto end = signed_end(kHead);
      const bool whole = end ? end->holds && end->head == walk.at : walk.at.seq == 0;
      if (!whole || (walk.kept && walk.kept->seq > walk.at.seq)) {
        return broken(walk, walk.at.seq + 1);
      }
      return walk;
    });
    // What cannot be read holds as little as what was edited.
    const bool damaged = !proved && proved.error().code == Code::corrupt;
    return damaged ? broken(walk, walk.at.seq + 1) : proved;
  }

  Result<std::uint64_t> forget(WallTime time, std::size_t most) override {
    return guarded([&]() -> Result<std::uint64_t> {
      AuditHead last;
      std::uint64_t count = 0;
      for (auto rows = oldest_(static_cast<std::int64_t>(most)); rows.next(); ++count) {
        if (WallTime(Millis(rows.integer(1))) >= time) break;
        last = {unsigned_of(rows.integer(0)), hash_of(rows.blob(2))};
      }
      if (count == 0) return count;
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      erase_.run(signed_of(last.seq));
      set_end(kCheckpoint, last);
      transaction.commit();
      return count;
    });
  }

 private:
  struct SignedEnd {
    AuditHead head;
    bool holds = false;
  };

  static Result<AuditWalk> broken(AuditWalk walk, std::uint64_t seq) {
    walk.broken_at = seq;
    walk.finished = true;
    return walk;
  }

  static AuditRow row_of(const Query::Rows& row) {
    AuditRow found;
    found.seq = unsigned_of(row.integer(0));
    auto& entry = found.entry;
    entry.at = WallTime(Millis(row.integer(1)));
    entry.uid = row.integer(2);
    entry.program = row.text(3);
    entry.actor = row.text(4);
    entry.actor_verified = row.integer(5) != 0;
    entry.method = row.text(6);
    entry.kind = kind_named(row.text(7));
    entry.id = row.text(8);
    entry.query = row.text(9);
    if (const auto records = row.optional_integer(10)) entry.records = unsigned_of(*records);
    entry.outcome = row.text(11);
    entry.calls = unsigned_of(row.integer(12));
    found.hash = hash_of(row.blob(13));
    return found;
  }

  AuditHead add(const AuditHead& before, std::uint64_t seq, const AuditEntry& entry) {
    const auto head = chain_.link(before, seq, entry);
    std::optional<std::int64_t> records;
    if (entry.records) records = signed_of(*entry.records);
    insert_.run(signed_of(seq), std::int64_t{entry.at.time_since_epoch().count()}, entry.uid,
                entry.program, entry.actor, std::int64_t{entry.actor_verified}, entry.method,
                entry.kind ? name_of(*entry.kind) : std::string_view(), entry.id, entry.query,
                records, entry.outcome, signed_of(entry.calls), Blob{bytes_of(head.hash)});
    return head;
  }

  AuditHead newest() {
    auto rows = newest_();
    if (rows.next()) return {unsigned_of(rows.integer(0)), hash_of(rows.blob(1))};
    const auto checkpoint = signed_end(kCheckpoint);
    return checkpoint ? checkpoint->head : AuditHead{};
  }

  bool ends_well() {
    const auto said = signed_end(kHead);
    if (!said) return head_.seq == 0;
    return said->holds && said->head == head_;
  }

  /// Whether the chain has come by `head`, or may have: older ones are erased.
  bool has(const AuditHead& head) {
    if (head.seq > head_.seq) return false;
    const auto checkpoint = signed_end(kCheckpoint);
    if (checkpoint && checkpoint->head.seq > head.seq) return true;
    if (checkpoint && checkpoint->head == head) return true;
    auto rows = hash_at_(signed_of(head.seq));
    return rows.next() && hash_of(rows.blob(0)) == head.hash;
  }

  std::optional<SignedEnd> signed_end(std::string_view name) {
    auto rows = end_(name);
    if (!rows.next()) return std::nullopt;
    SignedEnd end{{unsigned_of(rows.integer(0)), hash_of(rows.blob(1))}};
    end.holds = hash_of(rows.blob(2)) == chain_.sign(name, end.head);
    return end;
  }

  void set_end(std::string_view name, const AuditHead& head) {
    const auto signature = chain_.sign(name, head);
    set_end_.run(name, signed_of(head.seq), Blob{bytes_of(head.hash)}, Blob{bytes_of(signature)});
  }

  SQLite::Database db_;
  Condition& condition_;
  AuditChain chain_;
  Query insert_, rows_, newest_, hash_at_, oldest_, erase_, end_, set_end_;
  AuditHead head_;
};

}  // namespace

std::span<const std::string> audit_migrations() {
  static const std::string steps[] = {kFirstSchema};
  return steps;
}

OpenAudit open_audit(SQLite::Database db, const Secret& key, const std::optional<AuditHead>& kept,
                     WallTime now, Condition& condition) {
  auto log = std::make_unique<SqliteAudit>(std::move(db), key, condition);
  const bool whole = log->begin(kept, now);
  return {std::move(log), !whole};
}

}  // namespace icure::store
