// The tables of one kind as the writer uses them: rows, and the three tables by which rows are
// found (ids, lookup keys, words). Internal; throws SQLite::Exception; changes belong inside a
// transaction.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/mirror_schema.h"
#include "store/sorted_runs.h"

namespace icure::store {

/// By what a row is found.
struct IndexEntry {
  std::int64_t row = 0;
  std::string id;
  UserStatus status = UserStatus::any;
  OwnerType owner_type = OwnerType::any;
  std::vector<std::int64_t> hashes;  ///< Of its lookup keys; distinct.
  std::string words;
};

/// A version of a document, ready to be written. Its row is 0 if it is new.
struct Staged {
  IndexEntry index;
  std::string rev;
  std::uint64_t id_hash = 0;
  Order answered = 0;
  std::int64_t fingerprint = 0;
  bool same_facts = false;  ///< As the row that it replaces: what finds it stays as it is.
  std::string frame;
  std::vector<std::int64_t> old_hashes;  ///< Of the row that it replaces.
};

/// What is stored, without its document.
struct Stored {
  std::int64_t row = 0;
  std::string rev;
  Order answered = 0;
  std::int64_t fingerprint = 0;
};

enum class Indexing { now, later };
enum class Words { none_yet, perhaps };

class KindTables {
 public:
  KindTables(SQLite::Database& db, Kind kind);

  /// Only what is indexed is found.
  std::optional<Stored> by_id(std::string_view id);
  /// The same where the row is known or thought to be.
  std::optional<Stored> by_row(std::int64_t row, std::string_view id);
  std::string frame_of(std::int64_t row);

  /// Calls visit(row, id, rev) for all rows, in no order.
  template <class Visit>
  void each_revision(Visit visit) {
    for (auto rows = all_(); rows.next();) visit(rows.integer(0), rows.text(1), rows.text(2));
  }
  /// Calls visit(row, id) for what is indexed, in the order of ids after `after`, until it
  /// returns false.
  template <class Visit>
  void each_id(std::string_view after, Visit visit) {
    for (auto rows = ids_(after); rows.next();) {
      if (!visit(rows.integer(0), rows.text(1))) return;
    }
  }

  /// Writes all of them together. New ones get their row here, and lose their tombstone. They are
  /// indexed now or by a later end_index(), but stay unread as long as earlier ones are.
  void write(std::vector<Staged>& documents, Indexing indexing);
  void remove(std::int64_t row, std::string_view id, const std::vector<std::int64_t>& hashes);
  void bury(const Departure& departure, std::int64_t at);
  /// Whether an answer that came after `asked` said that this id is gone.
  bool buried_since(std::string_view id, Order asked);

  std::int64_t indexed() const { return indexed_; }
  std::int64_t unindexed() const { return next_row_ - 1 - indexed_; }
  /// Of these, what index() did not see yet: none, but after a restart or a rollback; then all
  /// that were not in the file's runs.
  std::int64_t unread() const { return next_row_ - 1 - seen_; }
  /// Calls visit(row, id, frame) for the oldest `limit` rows that are unread, until it returns
  /// false. It may index them.
  template <class Visit>
  void each_unread(std::int64_t limit, Visit visit) {
    for (auto rows = unread_(seen_, limit); rows.next();) {
      if (!visit(rows.integer(0), rows.text(1), rows.blob(2))) return;
    }
  }
  /// Makes a row findable, with the others that come before end_index(). They come in the order of
  /// rows, and none that is not findable yet is left out. An unread one may have its words already.
  void index(const IndexEntry& entry, Words words);
  /// Writes their ids and lookup keys in the order of keys, which has nothing in common with that
  /// of rows.
  void end_index();
  /// From now on the search index merges its parts as it grows.
  void end_fill();
  /// Takes up what the file says, after a transaction was rolled back.
  void reload();

 private:
  void insert(Staged& document);
  void update(const Staged& document);
  void set_down();

  std::int64_t kind_;
  std::int64_t next_row_ = 1;
  std::int64_t indexed_ = 0;  // rows up to this one are
  std::int64_t seen_ = 0;     // and up to this one they wait for end_index()
  bool buries_ = false;       // there may be tombstones: none need be looked for in a first fill
  // Of rows that wait. Their words, which are most of what makes them findable, were written at
  // once.
  SortedRuns waiting_ids_, waiting_keys_;
  Query by_id_, by_row_, frame_of_, all_, ids_, unread_, state_;
  Query insert_, update_, remove_, count_, mark_indexed_, mark_in_runs_;
  Query add_id_, update_id_, remove_id_, add_words_, remove_words_, add_hash_, remove_hash_;
  Query bury_, unbury_, buried_, merge_;
};

}  // namespace icure::store
