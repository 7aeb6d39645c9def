// How what the intake holds back is committed, and made findable.
#include <malloc.h>

#include <algorithm>

#include "store/mirror_intake.h"
#include "store/row_list.h"

namespace icure::store {

namespace {

// Rows of a fill become findable together, when so many wait and three times as many as are
// findable: each time all pages of the indexes are written.
constexpr std::int64_t kFindableTogether = 64'000;
constexpr std::int64_t kTimesFindable = 3;
// Rows that are read again after a restart, at a time.
constexpr std::int64_t kReadTogether = 32'000;

}  // namespace

void MirrorIntake::commit() {
  if (held_.empty()) return;
  try {
    const EventNumbers::Hold numbers(numbers_, EventFile::mirror);
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto kind : kAllKinds) write_held(kind);
    if (held_.has_rows()) store_order();
    transaction.commit();
  } catch (const SQLite::Exception&) {
    forget_held();
    throw;
  }
  for (const auto kind : kAllKinds) settle(kind);
  held_.clear();
}

void MirrorIntake::write_held(Kind kind) {
  auto& held = held_[kind];
  if (held.dictionary) {
    // The id comes from the contents: kinds with the same documents share their dictionary.
    Query store(db_, "INSERT OR IGNORE INTO dictionary (id, bytes) VALUES (?1, ?2)");
    store.run(std::int64_t{held.dictionary->id}, Blob{held.dictionary->bytes});
    Query use(db_, "UPDATE kind_state SET dictionary = ?2 WHERE kind = ?1");
    use.run(number_of(kind), std::int64_t{held.dictionary->id});
  }
  if (complete(kind)) {
    for (const auto& document : held.documents) {
      events_.add(topic_of(kind), document.index.row == 0 ? kAdded : kChanged, kind,
                  document.index.id, document.rev);
    }
  }
  const bool fills = sweep(kind) && sweep(kind)->fills;
  tables(kind).write(held.documents, fills ? Indexing::later : Indexing::now);
  if (held.cursor) {
    Query move_on(db_, "UPDATE sweep SET cursor = ?2 WHERE kind = ?1");
    move_on.run(number_of(kind), *held.cursor);
    for (const auto& document : held.documents) held.walked.push_back(document.index.row);
    const auto rows = packed_rows(std::move(held.walked));
    held.walked.clear();
    Query walked(db_, "INSERT INTO walked (kind, rows) VALUES (?1, ?2)");
    walked.run(number_of(kind), Blob{rows});
  }
}

void MirrorIntake::settle(Kind kind) {
  if (!sweep(kind)) return;
  for (const auto& document : held_[kind].documents) {
    auto* entry = sweep(kind)->revisions.find(document.id_hash);
    entry->set_number(document.index.row);
    entry->held = false;
  }
}

void MirrorIntake::forget_held() {
  held_.clear();
  for (const auto kind : kAllKinds) {
    sweep(kind).reset();
    tables(kind).reload();
    use_stored_dictionary(kind);
  }
}

void MirrorIntake::store_order() {
  Query order(db_, "UPDATE meta SET value = ?1 WHERE name = 'newest_order'");
  order.run(static_cast<std::int64_t>(newest_order_));
}

Result<Done> MirrorIntake::index_all(Kind kind) {
  commit();
  return index(kind);
}

Result<Done> MirrorIntake::index_if_due(Kind kind) {
  const auto& of = tables(kind);
  const bool due = of.unindexed() >= std::max(kFindableTogether, kTimesFindable * of.indexed());
  return due || of.unread() >= kReadTogether ? index(kind) : Done{};
}

Result<Done> MirrorIntake::index(Kind kind) {
  while (tables(kind).unindexed() > 0) {
    try {
      auto done = index_some(kind);
      if (done) continue;
      tables(kind).reload();
      return done;
    } catch (const SQLite::Exception&) {
      tables(kind).reload();
      throw;
    }
  }
  return Done{};
}

/// What waits and, after a restart, the oldest of the rows that do not: in a transaction of its
/// own.
Result<Done> MirrorIntake::index_some(Kind kind) {
  SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
  Result<Done> done = Done{};
  tables(kind).each_unread(kReadTogether,
                           [&](std::int64_t row, std::string_view id, std::string_view frame) {
                             auto entry = press_.index_entry(kind, frame);
                             if (!entry) {
                               done = std::move(entry).error();
                               return false;
                             }
                             entry->row = row;
                             entry->id = id;
                             tables(kind).index(*entry, Words::perhaps);
                             return true;
                           });
  if (!done) return done;
  tables(kind).end_index();
  transaction.commit();
  // What was sorted lies free in the heap, and the next batch finds no use for it.
  ::malloc_trim(0);
  return done;
}

}  // namespace icure::store
