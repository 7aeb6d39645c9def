#include "store/mirror_writer.h"

#include "daemon/base/log.h"
#include "store/decrypted_writer.h"
#include "store/exchange_data_writer.h"
#include "store/mirror_intake.h"
#include "store/set_aside.h"
#include "store/sweep_presence.h"
#include "store/wanted_list.h"

namespace icure::store {
namespace {

constexpr std::int64_t kSmallCache = 8 << 20;
constexpr std::int64_t kLargeCache = 16 << 20;  // while a kind fills for the first time

void warn_if_failed(const Result<Done>& result) {
  if (!result) log::warning("mirror: {}", result.error().message);
}

class SqliteMirrorWriter final : public MirrorFile {
 public:
  SqliteMirrorWriter(SQLite::Database db, EventNumbers& numbers, const Clock& clock,
                     const Condition& condition)
      : clock_(clock),
        condition_(condition),
        db_(std::move(db)),
        numbers_(numbers),
        events_(db_, EventFile::mirror, numbers, clock),
        intake_(db_, numbers_, events_),
        presence_(intake_),
        decrypted_(make_decrypted_writer(db_, condition)),
        exchange_data_(make_exchange_data_writer(db_)),
        wanted_(db_) {
    set_cache(db_, kSmallCache);
  }

  ~SqliteMirrorWriter() override {
    warn_if_failed(flush());
    checkpoint(db_);
  }

  DecryptedWriter& decrypted() override { return *decrypted_; }
  ExchangeDataWriter& exchange_data() override { return *exchange_data_; }

  Result<std::optional<SweepState>> unfinished(Kind kind) override {
    return guarded_mirror(db_, [&]() -> Result<std::optional<SweepState>> {
      intake_.commit();
      return stored_sweep(kind);
    });
  }

  Result<Done> begin_sweep(Kind kind, const SweepState& state, bool resumable) override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      if (auto may = condition_.check_disk(); !may) return may;
      if (auto indexed = intake_.index_all(kind); !indexed) return indexed;
      if (resumable) store_sweep(kind, state);
      wanted_.clear(kind);
      const bool walks_anew = kind == Kind::user && resumable && state.cursor.empty();
      if (walks_anew) db_.exec("DELETE FROM put_aside; DELETE FROM walked");
      Query read(db_, "SELECT count, as_of FROM kind_state WHERE kind = ?1");
      auto rows = read(number_of(kind));
      rows.next();
      const bool fills = !rows.optional_integer(1);
      if (fills) set_cache(db_, kLargeCache);
      auto& sweep = intake_.sweep(kind).emplace();
      sweep.resumable = resumable;
      sweep.fills = fills;
      sweep.revisions.reserve(static_cast<std::size_t>(rows.integer(0)));
      intake_.tables(kind).each_revision(
          [&](std::int64_t row, std::string_view id, std::string_view rev) {
            intake_.enter(sweep.revisions, id, rev, row);
          });
      intake_.take_up_walk(kind);
      return Done{};
    });
  }

  Result<Applied> apply(Kind kind, const std::vector<Document>& documents, Order asked,
                        Order answered, const std::optional<std::string>& cursor,
                        Origin origin) override {
    return guarded_mirror(db_, [&]() -> Result<Applied> {
      // Single answers are taken in all the same: among them are those to writes of ours.
      if (intake_.sweep(kind)) {
        if (auto may = condition_.check_disk(); !may) return std::move(may).error();
      }
      return intake_.take(kind, documents, asked, answered, cursor, origin);
    });
  }

  Result<std::vector<std::string>> put_aside() override {
    return guarded_mirror(db_, [&]() -> Result<std::vector<std::string>> {
      auto indexed = intake_.index_all(Kind::user);
      if (!indexed) return indexed.error();
      std::vector<std::string> ids;
      Query read(db_,
                 "SELECT id FROM put_aside JOIN user_ids USING (id) WHERE status = ?1 ORDER BY id");
      for (auto rows = read(static_cast<std::int64_t>(UserStatus::active)); rows.next();)
        ids.emplace_back(rows.text(0));
      return ids;
    });
  }

  Result<Applied> compare(Kind kind, const std::vector<Document>& documents) override {
    return guarded_mirror(db_, [&] { return intake_.weigh(kind, documents); });
  }

  std::unique_ptr<Press> make_press(Kind kind) override { return intake_.make_press(kind); }

  Result<Done> flush() override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      intake_.commit();
      return Done{};
    });
  }

  Result<Done> sync() override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      intake_.commit();
      checkpoint_durably(db_);
      return Done{};
    });
  }

  Result<std::uint64_t> mark_present(Kind kind, const std::vector<std::string>& ids) override {
    return guarded_mirror(db_, [&]() -> Result<std::uint64_t> {
      if (!intake_.sweep(kind)) return no_sweep(kind);
      return wanted_.add(kind, presence_.mark(kind, ids));
    });
  }

  Result<Done> mark_absent(Kind kind, const std::vector<std::string>& ids) override {
    presence_.unmark(kind, ids);
    return Done{};
  }

  Result<Done> want(Kind kind, const std::vector<std::string>& ids) override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      wanted_.add(kind, {ids.begin(), ids.end()});
      return Done{};
    });
  }

  Result<std::vector<std::string>> take_wanted(Kind kind, std::size_t limit) override {
    return guarded_mirror(
        db_, [&]() -> Result<std::vector<std::string>> { return wanted_.take(kind, limit); });
  }

  Result<std::vector<std::string>> absent(Kind kind, Order asked) override {
    return guarded_mirror(db_, [&] { return presence_.absent(kind, asked); });
  }

  Result<std::vector<std::string>> passed_over(Kind kind) override {
    return guarded_mirror(db_, [&] { return presence_.passed_over(kind); });
  }

  Result<std::vector<std::string>> present_after(Kind kind, const std::string& after,
                                                 std::size_t limit) override {
    return guarded_mirror(db_, [&] { return presence_.after(kind, after, limit); });
  }

  Result<std::vector<std::string>> outdated(Kind kind, const std::vector<Stub>& stubs) override {
    return guarded_mirror(db_, [&] { return presence_.outdated(kind, stubs); });
  }

  Result<Departed> finish_sweep(Kind kind, const std::vector<Departure>& departed,
                                std::optional<WallTime> as_of) override {
    return guarded_mirror(db_, [&]() -> Result<Departed> {
      auto indexed = intake_.index_all(kind);
      if (!indexed) return std::move(indexed).error();
      const bool fills = as_of && !intake_.complete(kind);
      const EventNumbers::Hold numbers(numbers_, EventFile::mirror);
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      std::vector<std::string_view> removed;
      std::uint64_t kept = 0;
      for (const auto& departure : departed) {
        auto row = depart(kind, departure);
        if (!row) return std::move(row).error();
        if (*row == Left::kept) ++kept;
        if (*row != Left::removed) continue;
        removed.push_back(departure.id);
        if (intake_.complete(kind)) {
          events_.add(topic_of(kind), kDeleted, kind, departure.id, departure.rev);
        }
      }
      if (fills) events_.add(topic_of(kind), kFilled, kind, name_of(kind), "");
      if (as_of) complete(kind, *as_of);
      transaction.commit();
      if (fills) intake_.set_complete(kind);
      if (auto& sweep = intake_.sweep(kind)) {
        for (const auto id : removed) intake_.strike(sweep->revisions, id);
      }
      return Departed{removed.size(), kept};
    });
  }

  Result<std::optional<WallTime>> ticked(Kind kind) override {
    return guarded_mirror(db_, [&]() -> Result<std::optional<WallTime>> {
      Query read(db_, "SELECT ticked FROM kind_state WHERE kind = ?1");
      auto rows = read(number_of(kind));
      rows.next();
      const auto time = rows.optional_integer(0);
      return time ? std::optional(time_of(*time)) : std::nullopt;
    });
  }

  Result<Done> set_ticked(Kind kind, WallTime time) override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      Query write(db_, "UPDATE kind_state SET ticked = ?2 WHERE kind = ?1");
      write.run(number_of(kind), millis_of(time));
      return Done{};
    });
  }

  void end_sweep(Kind kind) override {
    warn_if_failed(guarded_mirror(db_, [&] { return intake_.index_all(kind); }));
    intake_.sweep(kind).reset();
    warn_if_failed(guarded_mirror(db_, [&]() -> Result<Done> {
      set_cache(db_, kSmallCache);
      db_.exec("PRAGMA shrink_memory");
      return Done{};
    }));
  }

  Result<std::uint64_t> forget_events(WallTime before) override {
    return guarded_mirror(db_, [&]() -> Result<std::uint64_t> {
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      const auto forgotten = events_.forget(before);
      transaction.commit();
      return forgotten;
    });
  }

  Result<std::uint64_t> count(Kind kind) override {
    return guarded_mirror(db_, [&]() -> Result<std::uint64_t> {
      intake_.commit();
      Query read(db_, "SELECT count FROM kind_state WHERE kind = ?1");
      auto rows = read(number_of(kind));
      rows.next();
      return static_cast<std::uint64_t>(rows.integer(0));
    });
  }

  Result<Order> newest_order() override { return intake_.newest_order(); }

 private:
  std::optional<SweepState> stored_sweep(Kind kind) {
    Query read(db_, "SELECT started, cursor FROM sweep WHERE kind = ?1");
    auto rows = read(number_of(kind));
    if (!rows.next()) return std::nullopt;
    return SweepState{time_of(rows.integer(0)), std::string(rows.text(1))};
  }

  void store_sweep(Kind kind, const SweepState& state) {
    Query write(db_, "INSERT OR REPLACE INTO sweep (kind, started, cursor) VALUES (?1, ?2, ?3)");
    write.run(number_of(kind), millis_of(state.started), state.cursor);
  }

  /// Whether there was a row to remove.
  enum class Left { removed, kept, nothing };

  Result<Left> depart(Kind kind, const Departure& departure) {
    auto& tables = intake_.tables(kind);
    const auto stored = tables.by_id(departure.id);
    if (stored && stored->answered >= departure.asked) return Left::kept;
    if (stored) {
      auto entry = intake_.press().index_entry(kind, tables.frame_of(stored->row));
      if (!entry) return std::move(entry).error();
      tables.remove(stored->row, departure.id, entry->hashes);
    }
    // Anybody may ask for ids that nobody has: they leave no trace, but while a page with such a
    // row may still be on its way.
    if (!stored && departure.how == Gone::purged && !intake_.sweep(kind)) return Left::nothing;
    tables.bury(departure, millis_of(clock_.wall()));
    intake_.count_order(departure.answered);
    return stored ? Left::removed : Left::nothing;
  }

  void complete(Kind kind, WallTime as_of) {
    Query state(db_, "UPDATE kind_state SET as_of = ?2 WHERE kind = ?1");
    state.run(number_of(kind), millis_of(as_of));
    Query forget(db_, "DELETE FROM sweep WHERE kind = ?1");
    forget.run(number_of(kind));
    if (kind == Kind::user) db_.exec("DELETE FROM put_aside; DELETE FROM walked");
    intake_.tables(kind).end_fill();
    if (auto& sweep = intake_.sweep(kind)) sweep->fills = false;
  }

  const Clock& clock_;
  const Condition& condition_;
  SQLite::Database db_;
  EventNumbers& numbers_;
  EventTable events_;
  MirrorIntake intake_;
  SweepPresence presence_;
  std::unique_ptr<DecryptedWriter> decrypted_;
  std::unique_ptr<ExchangeDataWriter> exchange_data_;
  WantedList wanted_;
};

}  // namespace

std::unique_ptr<MirrorFile> make_mirror_writer(SQLite::Database db, EventNumbers& numbers,
                                               const Clock& clock, const Condition& condition) {
  return std::make_unique<SqliteMirrorWriter>(std::move(db), numbers, clock, condition);
}

}  // namespace icure::store
