#include "store/outbox_db.h"

#include <numeric>
#include <utility>

#include "store/invitation_db.h"
#include "store/item_rows.h"
#include "store/ledger_db.h"
#include "store/outbox_events.h"

namespace icure::store {

namespace {

std::int64_t number_of(ItemState state) {
  return static_cast<std::int64_t>(state);
}
std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::int64_t millis_of(WallTime time) {
  return time.time_since_epoch().count();
}
std::optional<std::int64_t> millis_of(const std::optional<WallTime>& time) {
  if (!time) return std::nullopt;
  return millis_of(*time);
}

/// Whether what was asked is nobody's business any more. A failed item may still be mended.
bool is_erased(ItemState state) {
  return has_ended(state) && state != ItemState::failed;
}

class SqliteOutbox final : public Outbox, private LedgerFile::Follower {
 public:
  SqliteOutbox(LedgerFile& file, SQLite::Database& db, const Clock& clock, OverlayCounts& overlaid)
      : file_(file),
        db_(db),
        clock_(clock),
        overlaid_(overlaid),
        overlay_(db),
        items_(db),
        insert_(db,
                "INSERT INTO item (id, op, kind, entity, state, attempts, created, next_try, "
                "last_error, hint, content) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10)"),
        refer_(db, "INSERT OR IGNORE INTO item_refers (item, entity) VALUES (?1, ?2)"),
        remember_key_(db, "INSERT INTO item_key (uid, key, params, item) VALUES (?1, ?2, ?3, ?4)"),
        known_key_(db, "SELECT params, item FROM item_key WHERE uid = ?1 AND key = ?2"),
        state_of_(db, "SELECT number, state FROM item WHERE id = ?1"),
        update_(db,
                "UPDATE item SET state = ?2, attempts = ?3, next_try = ?4, last_error = ?5, "
                "hint = ?6, content = ?7, ended = CASE WHEN ?8 THEN coalesce(ended, ?9) END, "
                "since = ?10 WHERE number = ?1"),
        add_step_(db, "INSERT INTO item_step (item, step, at, note) VALUES (?1, ?2, ?3, ?4)"),
        count_(db, "SELECT state, count(*) FROM item GROUP BY state"),
        forget_(db, "DELETE FROM item WHERE ended < ?1 AND state <> ?2"),
        machine_(db, "SELECT value FROM meta WHERE name = 'machine'"),
        set_machine_(db, "INSERT OR REPLACE INTO meta (name, value) VALUES ('machine', ?1)"),
        hold_all_(db,
                  "UPDATE item SET state = ?1, next_try = NULL, last_error = ?2, hint = ?3 "
                  "WHERE ended IS NULL AND state <> ?1 RETURNING id, kind"),
        invitations_(file) {
    reread();
    overlaid_.rows = static_cast<std::uint64_t>(overlaid_rows_);
    file_.add(*this);
  }

  Result<Accepted> enqueue(Item item, const IdempotencyKey& key, std::uint64_t most) override {
    return guarded([&]() -> Result<Accepted> {
      LedgerFile::Change change(file_);
      if (stale_) reread();
      auto known = known_by(key);
      if (!known) return std::move(known).error();
      if (*known) return Accepted{std::move(**known), true};
      if (auto may = file_.condition().check(); !may) return std::move(may).error();
      const bool ended = item.state == ItemState::done;
      if (!ended && unfinished() >= most) {
        return Error{Code::queue_full, "the outbox is full",
                     "wait until the platform can be reached, or discard items (outbox.list)"};
      }
      if (!ended && item.state != ItemState::held && item.state != ItemState::blocked) {
        item.state = ItemState::queued;
      }
      insert_.run(item.id, item.op, name_of(item.kind), item.entity, number_of(item.state),
                  millis_of(item.created), millis_of(item.next_try), item.last_error, item.hint,
                  item.content);
      const auto number = db_.getLastInsertRowid();
      for (const auto& entity : item.refers) refer_.run(number, entity);
      remember_key_.run(std::int64_t{key.uid}, key.key, key.params, number);
      if (item.invitation) {
        invitations_.insert(number, item.id, *item.invitation);
        invitations_.follow(number, item.state);
      }
      tell_state(file_.events(), item);
      auto moved = ended ? write({number, item.state}, item, std::nullopt) : lay(number, item);
      if (!moved) return std::move(moved).error();
      change.commit();
      note(*moved);
      ++counts_[static_cast<std::size_t>(item.state)];
      item.number = static_cast<std::uint64_t>(number);
      item.overlay.reset();
      return Accepted{std::move(item), false};
    });
  }

  Result<Done> save(const Item& item, const std::optional<Step>& step) override {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(file_);
      if (stale_) reread();
      const auto known = number_and_state(item.id);
      if (!known) return unknown_item();
      auto moved = write(*known, item, step);
      if (!moved) return std::move(moved).error();
      change.commit();
      note(*moved);
      recount(known->state, item.state);
      return Done{};
    });
  }

  Result<Accepted> again(const Item& item, const IdempotencyKey& key,
                         const std::optional<Step>& step) override {
    return guarded([&]() -> Result<Accepted> {
      LedgerFile::Change change(file_);
      if (stale_) reread();
      auto before = known_by(key);
      if (!before) return std::move(before).error();
      if (*before) return Accepted{std::move(**before), true};
      if (auto may = file_.condition().check(); !may) return std::move(may).error();
      const auto known = number_and_state(item.id);
      if (!known) return unknown_item();
      if (item.invitation) invitations_.set_goal(known->number, item.invitation->goal);
      const bool busy = known->state == ItemState::sending;
      Moved moved;
      if (!busy) {
        auto written = write(*known, item, step);
        if (!written) return std::move(written).error();
        moved = *written;
      }
      remember_key_.run(std::int64_t{key.uid}, key.key, key.params, known->number);
      change.commit();
      note(moved);
      if (!busy) recount(known->state, item.state);
      auto now = items_.find(known->number);
      if (!now) return std::move(now).error();
      return Accepted{std::move(*now), false};
    });
  }

  Result<std::optional<Item>> known(const IdempotencyKey& key) override {
    return guarded([&] { return known_by(key); });
  }

  Result<Item> item(std::string_view id) override {
    return guarded([&] { return items_.find(id); });
  }

  Result<Item> item(std::uint64_t number) override {
    return guarded([&] { return items_.find(signed_of(number)); });
  }

  Result<std::vector<Step>> steps(std::string_view id) override {
    return guarded([&]() -> Result<std::vector<Step>> { return items_.steps(id); });
  }

  Result<std::vector<Item>> list(const ItemQuery& query) override {
    return guarded([&] { return items_.list(query); });
  }

  Result<std::vector<Item>> unfinished(std::uint64_t after, std::size_t limit) override {
    return guarded([&] { return items_.unfinished(after, limit); });
  }

  ItemCounts counts() const override { return counts_; }

  Result<std::uint64_t> forget(WallTime before) override {
    return guarded([&]() -> Result<std::uint64_t> {
      LedgerFile::Change change(file_);
      forget_.run(millis_of(before), number_of(ItemState::failed));
      const auto forgotten = static_cast<std::uint64_t>(db_.getChanges());
      change.commit();
      if (forgotten != 0) counts_ = counted();
      file_.empty_log();
      return forgotten;
    });
  }

  Result<std::uint64_t> settle_on(const std::string& machine, const std::string& last_error,
                                  const std::string& hint) override {
    return guarded([&]() -> Result<std::uint64_t> {
      LedgerFile::Change change(file_);
      std::optional<std::string> before;
      if (auto rows = machine_(); rows.next()) before = rows.text(0);
      if (before == machine || (machine.empty() && before != kCopied)) return std::uint64_t{0};
      set_machine_.run(machine);
      std::uint64_t held = 0;
      if (before && !before->empty()) {
        for (auto rows = hold_all_(number_of(ItemState::held), last_error, hint); rows.next();) {
          file_.events().add(Topic::outbox, name_of(ItemState::held), kind_named(rows.text(1)),
                             rows.text(0), "");
          ++held;
        }
        invitations_.follow_held();
      }
      change.commit();
      counts_ = counted();
      return held;
    });
  }

 private:
  /// What became of the overlay's rows.
  struct Moved {
    bool any = false;
    int rows = 0;
  };

  /// What was taken in under this key, or nothing. Fails with key_reused.
  Result<std::optional<Item>> known_by(const IdempotencyKey& key) {
    auto known = known_key_(std::int64_t{key.uid}, key.key);
    if (!known.next()) return std::optional<Item>();
    if (known.text(0) != key.params) {
      return Error{Code::key_reused, "this key was used for another request",
                   "give each request a key of its own"};
    }
    auto first = items_.find(known.integer(1));
    if (!first) return std::move(first).error();
    return std::optional(std::move(*first));
  }

  struct Known {
    std::int64_t number;
    ItemState state;
  };

  Result<Moved> write(const Known& known, const Item& item, const std::optional<Step>& step) {
    const auto number = known.number;
    if (item.state != known.state) tell_state(file_.events(), item);
    const std::string_view content = is_erased(item.state) ? "" : std::string_view(item.content);
    update_.run(number, number_of(item.state), std::int64_t{item.attempts},
                millis_of(item.next_try), item.last_error, item.hint, content,
                std::int64_t{has_ended(item.state)}, millis_of(clock_.wall()),
                millis_of(item.since));
    if (item.invitation) invitations_.update(number, *item.invitation);
    invitations_.follow(number, item.state);
    if (step) add_step_.run(number, step->step, millis_of(step->at), step->note);
    return lay(number, item);
  }

  /// Makes the item's overlay what it is to be by now.
  Result<Moved> lay(std::int64_t number, const Item& item) {
    const bool ended = has_ended(item.state);
    if (!ended && !item.overlay) return Moved{};
    const auto uncovered = overlay_.remove(number);
    if (!ended) {
      auto written = overlay_.write(number, item.kind, item.entity, *item.overlay);
      if (!written) return std::move(written).error();
      tell_laid(file_.events(), item, item.overlay->is);
    } else if (uncovered) {
      tell_taken_off(file_.events(), item, *uncovered);
    }
    return Moved{!ended || uncovered, int{!ended} - int{uncovered.has_value()}};
  }

  void note(const Moved& moved) {
    overlaid_rows_ += moved.rows;
    overlay_moved_ = overlay_moved_ || moved.any;
  }

  void kept() noexcept override {
    if (!std::exchange(overlay_moved_, false)) return;
    overlaid_.rows = static_cast<std::uint64_t>(overlaid_rows_);
    ++overlaid_.changes;
  }

  void lost() noexcept override {
    auto read = guarded([this]() -> Result<Done> {
      reread();
      return Done{};
    });
    stale_ = !read;
  }

  void reread() {
    counts_ = counted();
    overlaid_rows_ = overlay_.count();
    overlay_moved_ = false;
    stale_ = false;
  }

  void recount(ItemState before, ItemState after) {
    --counts_[static_cast<std::size_t>(before)];
    ++counts_[static_cast<std::size_t>(after)];
  }

  std::optional<Known> number_and_state(std::string_view id) {
    auto rows = state_of_(id);
    if (!rows.next()) return std::nullopt;
    return Known{rows.integer(0), static_cast<ItemState>(rows.integer(1))};
  }

  std::uint64_t unfinished() const {
    const auto end = counts_.begin() + static_cast<std::ptrdiff_t>(ItemState::done);
    return std::accumulate(counts_.begin(), end, std::uint64_t{0});
  }

  ItemCounts counted() {
    ItemCounts counts{};
    for (auto rows = count_(); rows.next();) {
      const auto state = static_cast<std::size_t>(rows.integer(0));
      if (state < counts.size()) counts[state] = static_cast<std::uint64_t>(rows.integer(1));
    }
    return counts;
  }

  LedgerFile& file_;
  SQLite::Database& db_;
  const Clock& clock_;
  OverlayCounts& overlaid_;
  OverlayWriter overlay_;
  ItemRows items_;
  Query insert_, refer_, remember_key_, known_key_, state_of_, update_, add_step_;
  Query count_, forget_;
  Query machine_, set_machine_, hold_all_;
  InvitationTable invitations_;
  ItemCounts counts_{};  // with what the open group did
  std::int64_t overlaid_rows_ = 0;
  bool overlay_moved_ = false;  // and the readers do not know it
  bool stale_ = false;          // what is above could not be read after a lost group
};

}  // namespace

std::unique_ptr<Outbox> make_outbox(LedgerFile& file, const Clock& clock, OverlayCounts& overlaid) {
  return std::make_unique<SqliteOutbox>(file, file.db(), clock, overlaid);
}

}  // namespace icure::store
