#include "store/event_table.h"

#include <algorithm>

namespace icure::store {

namespace {

// In the order of numbers, so that writing one appends. A gap has no id and no change.
constexpr auto kSchema = R"sql(
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,          -- milliseconds
  topics INTEGER NOT NULL,      -- a bit for each
  kind INTEGER,
  change TEXT NOT NULL,
  id TEXT NOT NULL,
  rev TEXT NOT NULL
) STRICT;
)sql";

// Far more than are used between two looks at them, and so few that 2^53 lasts for 500 million
// starts.
constexpr EventNumber kBlock = EventNumber{1} << 24;
// What an original may have used up since a copy of it was made: 65,000 starts.
constexpr EventNumber kFarAway = EventNumber{1} << 40;
constexpr std::int64_t kForgottenTogether = 1000;

std::int64_t signed_of(EventNumber number) {
  return static_cast<std::int64_t>(number);
}
std::int64_t millis_of(WallTime time) {
  return time.time_since_epoch().count();
}
std::int64_t bit_of(Topic topic) {
  return std::int64_t{1} << static_cast<int>(topic);
}

EventNumber reserved(SQLite::Database& ledger) {
  Query read(ledger, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'event_numbers'");
  auto rows = read();
  return rows.next() ? static_cast<EventNumber>(rows.integer(0)) : 0;
}

void set_reserved(SQLite::Database& ledger, EventNumber upto) {
  Query write(ledger, "INSERT OR REPLACE INTO meta (name, value) VALUES ('event_numbers', ?1)");
  write.run(std::to_string(upto));
}

/// Of which topics events are lost with those of a file. The ledger has some of all: what is queued
/// changes how users and owners are read.
std::int64_t topics_in(EventFile file) {
  if (file == EventFile::mirror) return bit_of(Topic::user) | bit_of(Topic::owner);
  return static_cast<std::int64_t>(TopicSet().set().to_ulong());
}

void put_gap(SQLite::Database& db, EventFile file, EventNumber upto) {
  Query put(db,
            "INSERT OR REPLACE INTO event (seq, at, topics, change, id, rev) "
            "VALUES (?1, 0, ?2, '', '', '')");
  put.run(signed_of(upto), topics_in(file));
}

/// `mark`: notes in the file that it has begun, once. The gap has a number of its own, so that no
/// page can end between it and an event of the other file.
void begin_file(SQLite::Database& db, EventFile file, const char* mark, EventNumber& last) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  if (db.exec(mark) == 0) return;
  if (last != 0) put_gap(db, file, ++last);
  transaction.commit();
}

}  // namespace

const char* event_schema() {
  return kSchema;
}

EventNumber newest_event(SQLite::Database& db) {
  Query read(db, "SELECT coalesce(max(seq), 0) FROM event");
  auto rows = read();
  rows.next();
  return static_cast<EventNumber>(rows.integer(0));
}

void begin_elsewhere(SQLite::Database& ledger) {
  set_reserved(ledger, reserved(ledger) + kFarAway);
  ledger.exec("DELETE FROM meta WHERE name = 'events'");
}

void begin_events(SQLite::Database& mirror, SQLite::Database& ledger, EventNumbers& numbers) {
  // Of a ledger that was restored or begun anew the mirror may know more.
  auto last = std::max({reserved(ledger), newest_event(ledger), newest_event(mirror)});
  set_reserved(ledger, last + kBlock);
  begin_file(mirror, EventFile::mirror,
             "INSERT OR IGNORE INTO meta (name, value) VALUES ('events', 1)", last);
  begin_file(ledger, EventFile::ledger,
             "INSERT OR IGNORE INTO meta (name, value) VALUES ('events', '1')", last);
  numbers.go_on_after(last);
}

EventTable::EventTable(SQLite::Database& db, EventFile file, EventNumbers& numbers,
                       const Clock& clock)
    : file_(file),
      numbers_(numbers),
      clock_(clock),
      db_(db),
      add_(db,
           "INSERT INTO event (seq, at, topics, kind, change, id, rev) "
           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      oldest_(db,
              "SELECT count(*), max(seq), min(change) FROM "
              "(SELECT seq, at, change FROM event ORDER BY seq LIMIT ?2) WHERE at < ?1"),
      forget_(db, "DELETE FROM event WHERE seq <= ?1") {}

void EventTable::add(Topic topic, std::string_view change, std::optional<Kind> kind,
                     std::string_view id, std::string_view rev) {
  std::optional<std::int64_t> number;
  if (kind) number = static_cast<std::int64_t>(index_of(*kind));
  add_.run(signed_of(numbers_.next(file_)), millis_of(clock_.wall()), bit_of(topic), number, change,
           id, rev);
}

std::uint64_t EventTable::forget(WallTime before) {
  std::uint64_t count = 0;
  EventNumber upto = 0;
  {
    auto rows = oldest_(millis_of(before), kForgottenTogether);
    rows.next();
    count = static_cast<std::uint64_t>(rows.integer(0));
    upto = static_cast<EventNumber>(rows.integer(1));
    const bool has_gap = count != 0 && rows.text(2).empty();
    if (has_gap) --count;  // it stays, further on
  }
  if (count == 0) return 0;
  forget_.run(signed_of(upto));
  put_gap(db_, file_, upto);
  return count;
}

void EventTable::reserve() {
  const auto last = numbers_.last();
  if (reserved(db_) < last + kBlock / 2) set_reserved(db_, last + kBlock);
}

}  // namespace icure::store
