#include "store/mirror_tables.h"

#include <endian.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace icure::store {
namespace {

constexpr std::size_t kRunBytes = 4 << 20;  // of ids and keys in memory: of some 40,000 users
constexpr std::size_t kKeyEntryBytes = 16;
constexpr std::size_t kIdEntryRest = 10;  // of an id's entry, behind the id

std::string sql(const char* text, Kind kind) {
  return fmt::format(fmt::runtime(text), name_of(kind));
}

template <class E>
std::int64_t number(E value) {
  return static_cast<std::int64_t>(value);
}

std::optional<Stored> stored(Query::Rows rows) {
  if (!rows.next()) return std::nullopt;
  return Stored{rows.integer(0), std::string(rows.text(1)), static_cast<Order>(rows.integer(2)),
                rows.integer(3)};
}

std::string run_name(Kind kind, const char* of) {
  return fmt::format("{}_{}", name_of(kind), of);
}

// Numbers as bytes that have the same order.
void append_number(std::string& bytes, std::int64_t number) {
  const auto ordered = htobe64(static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63));
  bytes.append(reinterpret_cast<const char*>(&ordered), sizeof ordered);
}

std::int64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t ordered = 0;
  std::memcpy(&ordered, bytes.data() + at, sizeof ordered);
  return static_cast<std::int64_t>(be64toh(ordered) ^ (std::uint64_t{1} << 63));
}

[[noreturn]] void refuse_entry() {
  throw SQLite::Exception("a sorted run has what is no entry", SQLITE_CORRUPT);
}

}  // namespace

KindTables::KindTables(SQLite::Database& db, Kind kind)
    : kind_(number_of(kind)),
      waiting_ids_(db, run_name(kind, "ids")),
      waiting_keys_(db, run_name(kind, "keys")),
      by_id_(db, sql("SELECT row, rev, answered, facts FROM {0}_ids JOIN {0} USING (row) "
                     "WHERE {0}_ids.id = ?1",
                     kind)),
      by_row_(db,
              sql("SELECT row, rev, answered, facts FROM {0} WHERE row = ?1 AND id = ?2", kind)),
      frame_of_(db, sql("SELECT doc FROM {0} WHERE row = ?1", kind)),
      all_(db, sql("SELECT row, id, rev FROM {0}", kind)),
      ids_(db, sql("SELECT row, id FROM {0}_ids WHERE id > ?1 ORDER BY id", kind)),
      unread_(db, sql("SELECT row, id, doc FROM {0} WHERE row > ?1 ORDER BY row LIMIT ?2", kind)),
      state_(db, sql("SELECT indexed, in_runs, (SELECT coalesce(max(row), 0) FROM {0}), "
                     "EXISTS (SELECT 1 FROM tombstone WHERE kind = ?1) FROM kind_state "
                     "WHERE kind = ?1",
                     kind)),
      insert_(db, sql("INSERT INTO {0} (row, id, rev, answered, facts, doc) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                      kind)),
      update_(db, sql("UPDATE {0} SET rev = ?2, answered = ?3, facts = ?4, doc = ?5 WHERE row = ?1",
                      kind)),
      remove_(db, sql("DELETE FROM {0} WHERE row = ?1", kind)),
      count_(db, "UPDATE kind_state SET count = count + ?2 WHERE kind = ?1"),
      mark_indexed_(db, "UPDATE kind_state SET indexed = ?2 WHERE kind = ?1"),
      mark_in_runs_(db, "UPDATE kind_state SET in_runs = ?2 WHERE kind = ?1"),
      add_id_(db, sql("INSERT INTO {0}_ids (id, row, status, owner_type) VALUES (?1, ?2, ?3, ?4)",
                      kind)),
      update_id_(db, sql("UPDATE {0}_ids SET status = ?2, owner_type = ?3 WHERE id = ?1", kind)),
      remove_id_(db, sql("DELETE FROM {0}_ids WHERE id = ?1", kind)),
      add_words_(db, sql("INSERT INTO {0}_words (rowid, words) VALUES (?1, ?2)", kind)),
      remove_words_(db, sql("DELETE FROM {0}_words WHERE rowid = ?1", kind)),
      add_hash_(db, "INSERT INTO lookup (hash, kind, row) VALUES (?1, ?2, ?3)"),
      remove_hash_(db, "DELETE FROM lookup WHERE hash = ?1 AND kind = ?2 AND row = ?3"),
      bury_(db,
            "INSERT OR REPLACE INTO tombstone (kind, id, rev, how, at, answered) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      unbury_(db, "DELETE FROM tombstone WHERE kind = ?1 AND id = ?2"),
      buried_(db, "SELECT 1 FROM tombstone WHERE kind = ?1 AND id = ?2 AND answered >= ?3"),
      merge_(db, sql("INSERT INTO {0}_words ({0}_words, rank) VALUES (?1, ?2)", kind)) {
  reload();
}

void KindTables::reload() {
  waiting_ids_.forget_kept();
  waiting_keys_.forget_kept();
  auto rows = state_(kind_);
  rows.next();
  indexed_ = rows.integer(0);
  seen_ = std::max(indexed_, rows.integer(1));
  buries_ = rows.integer(3) != 0;
  // Never the number of a row that was indexed once: below the mark nobody would index it again.
  next_row_ = std::max(rows.integer(2), indexed_) + 1;
}

std::optional<Stored> KindTables::by_id(std::string_view id) {
  return stored(by_id_(id));
}

std::optional<Stored> KindTables::by_row(std::int64_t row, std::string_view id) {
  if (auto found = stored(by_row_(row, id))) return found;
  return by_id(id);
}

std::string KindTables::frame_of(std::int64_t row) {
  auto rows = frame_of_(row);
  rows.next();
  return std::string(rows.blob(0));
}

// Every table is filled in its own order: a page of it is then visited once.
void KindTables::write(std::vector<Staged>& documents, Indexing indexing) {
  const bool all_read = unread() == 0;  // else new rows wait with those that are read again
  const auto old_end =
      std::partition(documents.begin(), documents.end(),
                     [](const Staged& document) { return document.index.row != 0; });
  std::sort(documents.begin(), old_end,
            [](const Staged& a, const Staged& b) { return a.index.row < b.index.row; });
  if (old_end != documents.begin() && std::prev(old_end)->index.row > indexed_) end_index();
  for (auto at = documents.begin(); at != old_end; ++at) update(*at);

  for (auto at = old_end; at != documents.end(); ++at) insert(*at);
  if (const auto added = documents.end() - old_end; added != 0) {
    count_.run(kind_, std::int64_t{added});
  }
  if (!all_read) return;
  for (auto at = old_end; at != documents.end(); ++at) index(at->index, Words::none_yet);
  if (indexing == Indexing::now) {
    end_index();
  } else if (waiting_ids_.kept_bytes() + waiting_keys_.kept_bytes() > kRunBytes) {
    set_down();
  }
}

void KindTables::insert(Staged& document) {
  document.index.row = next_row_++;
  insert_.run(document.index.row, document.index.id, document.rev, number(document.answered),
              document.fingerprint, Blob{document.frame});
  if (buries_) unbury_.run(kind_, document.index.id);
}

void KindTables::update(const Staged& document) {
  const auto& entry = document.index;
  update_.run(entry.row, document.rev, number(document.answered), document.fingerprint,
              Blob{document.frame});
  if (document.same_facts || entry.row > indexed_) return;
  update_id_.run(entry.id, number(entry.status), number(entry.owner_type));
  for (const auto hash : document.old_hashes) remove_hash_.run(hash, kind_, entry.row);
  for (const auto hash : entry.hashes) add_hash_.run(hash, kind_, entry.row);
  remove_words_.run(entry.row);
  add_words_.run(entry.row, entry.words);
}

void KindTables::index(const IndexEntry& entry, Words words) {
  seen_ = entry.row;
  if (words == Words::perhaps) remove_words_.run(entry.row);
  add_words_.run(entry.row, entry.words);
  std::string bytes;
  for (const auto hash : entry.hashes) {
    bytes.clear();
    append_number(bytes, hash);
    append_number(bytes, entry.row);
    waiting_keys_.add(bytes);
  }
  bytes = entry.id;
  append_number(bytes, entry.row);
  bytes += static_cast<char>(entry.status);
  bytes += static_cast<char>(entry.owner_type);
  waiting_ids_.add(bytes);
}

void KindTables::set_down() {
  waiting_ids_.set_down();
  waiting_keys_.set_down();
  mark_in_runs_.run(kind_, seen_);
}

void KindTables::end_index() {
  if (indexed_ == seen_) return;
  indexed_ = seen_;
  mark_indexed_.run(kind_, indexed_);
  waiting_keys_.merge([this](std::string_view entry) {
    if (entry.size() != kKeyEntryBytes) refuse_entry();
    add_hash_.run(number_at(entry, 0), kind_, number_at(entry, sizeof(std::int64_t)));
  });
  waiting_ids_.merge([this](std::string_view entry) {
    if (entry.size() < kIdEntryRest) refuse_entry();
    const auto id = entry.substr(0, entry.size() - kIdEntryRest);
    const auto end = entry.substr(entry.size() - 2);
    add_id_.run(id, number_at(entry, id.size()), std::int64_t{end[0]}, std::int64_t{end[1]});
  });
}

void KindTables::remove(std::int64_t row, std::string_view id,
                        const std::vector<std::int64_t>& hashes) {
  remove_.run(row);
  remove_id_.run(id);
  for (const auto hash : hashes) remove_hash_.run(hash, kind_, row);
  remove_words_.run(row);
  count_.run(kind_, std::int64_t{-1});
}

void KindTables::bury(const Departure& departure, std::int64_t at) {
  buries_ = true;
  bury_.run(kind_, departure.id, departure.rev, number(departure.how), at,
            number(departure.answered));
}

bool KindTables::buried_since(std::string_view id, Order asked) {
  return buries_ && buried_(kind_, id, number(asked)).next();
}

void KindTables::end_fill() {
  merge_.run("automerge", std::int64_t{4});
  merge_.run("crisismerge", std::int64_t{16});
}

}  // namespace icure::store
