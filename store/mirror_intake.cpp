#include "store/mirror_intake.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "store/row_list.h"

namespace icure::store {

/// A document that differs from the mirror's.
struct MirrorIntake::Change {
  const Document* document;
  std::uint64_t id;
  std::uint64_t rev;
  std::optional<Stored> stored;
};

MirrorIntake::MirrorIntake(SQLite::Database& db, EventNumbers& numbers, EventTable& events)
    : db_(db),
      numbers_(numbers),
      events_(events),
      seed_(mirror_seed(db)),
      press_(seed_, [&db](std::uint32_t id) { return load_dictionary(db, id); }),
      tables_{KindTables(db, Kind::user), KindTables(db, Kind::hcp), KindTables(db, Kind::patient),
              KindTables(db, Kind::device)},
      newest_order_(static_cast<Order>(
          db.execAndGet("SELECT value FROM meta WHERE name = 'newest_order'").getInt64())) {
  for (const auto kind : kAllKinds) use_stored_dictionary(kind);
  Query read(db, "SELECT kind FROM kind_state WHERE as_of IS NOT NULL");
  for (auto rows = read(); rows.next();)
    complete_.at(static_cast<std::size_t>(rows.integer(0))) = true;
}

Result<Applied> MirrorIntake::take(Kind kind, const std::vector<Document>& documents, Order asked,
                                   Order answered, const std::optional<std::string>& cursor,
                                   Origin origin) {
  auto& begun = sweep(kind);
  if (cursor && !begun) return no_sweep(kind);
  IdTable own;
  if (!begun) {
    auto indexed = index_all(kind);
    if (!indexed) return std::move(indexed).error();
    own = table_of(kind, documents);
  }
  IdTable& table = begun ? begun->revisions : own;

  Applied applied;
  const auto changes = compare(kind, table, documents, asked, applied);
  if (begun && origin == Origin::walk) walk(kind, documents);
  learn(kind, changes);
  auto staged = stage(kind, changes, answered, applied, origin);
  if (!staged) return std::move(staged).error();
  put_aside(applied.put_aside);  // before the cursor moves: a page may come twice, never not at all

  for (const auto& document : *staged) {
    auto* entry = table.find(document.id_hash);
    if (!entry) entry = &table.insert(document.id_hash);
    entry->rev = hash(document.rev);
    entry->held = true;
    entry->walked = entry->walked || origin == Origin::walk;
    newest_order_ = std::max(newest_order_, answered);
    if (begun && asked + 1 < answered) begun->overtaken[document.id_hash] = asked;
  }
  held_.add(kind, std::move(*staged));
  if (cursor && begun->resumable) held_.add_cursor(kind, *cursor);
  if (!begun || held_.due()) commit();
  auto indexed = index_if_due(kind);
  if (!indexed) return std::move(indexed).error();
  return applied;
}

/// Notes that these were in a page. What is new or changed is noted when it is written.
void MirrorIntake::walk(Kind kind, const std::vector<Document>& documents) {
  auto& begun = *sweep(kind);
  for (const auto& document : documents) {
    auto* entry = begun.revisions.find(hash(document.id));
    if (!entry) continue;
    entry->walked = true;
    if (begun.resumable && !entry->held) held_[kind].walked.push_back(entry->number());
  }
}

Result<Applied> MirrorIntake::weigh(Kind kind, const std::vector<Document>& documents) {
  auto indexed = index_all(kind);
  if (!indexed) return std::move(indexed).error();
  auto& begun = sweep(kind);
  IdTable own;
  if (!begun) own = table_of(kind, documents);
  Applied applied;
  constexpr auto kNow = std::numeric_limits<std::int64_t>::max();
  const auto changes = compare(kind, begun ? begun->revisions : own, documents, kNow, applied);
  auto staged = stage(kind, changes, 0, applied, Origin::walk);
  if (!staged) return std::move(staged).error();
  return applied;
}

void MirrorIntake::put_aside(const std::vector<std::string>& ids) {
  if (ids.empty()) return;
  SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
  Query insert(db_, "INSERT OR IGNORE INTO put_aside (id) VALUES (?1)");
  for (const auto& id : ids) insert.run(id);
  transaction.commit();
}

// A row that was answered later than the page was asked for is in doubt: which of two revisions
// is the newer cannot be seen from them.
std::vector<MirrorIntake::Change> MirrorIntake::compare(Kind kind, IdTable& table,
                                                        const std::vector<Document>& documents,
                                                        Order asked, Applied& applied) {
  std::vector<Change> changes;
  std::unordered_map<std::uint64_t, std::uint64_t> seen;  // id to rev, of what differs
  for (const auto& document : documents) {
    Change change{&document, hash(document.id), hash(document.rev), std::nullopt};
    auto* entry = table.find(change.id);
    if (entry && entry->rev == change.rev) continue;
    if (const auto [again, fresh] = seen.emplace(change.id, change.rev); !fresh) {
      if (again->second != change.rev) applied.doubtful.emplace_back(document.id);
      continue;
    }
    if (entry) {
      if (entry->held) commit();
      change.stored = tables(kind).by_row(entry->number(), document.id);
      if (change.stored && change.stored->rev == document.rev) continue;
      if (change.stored && change.stored->answered >= asked) {
        applied.doubtful.emplace_back(document.id);
        continue;
      }
    }
    if (!change.stored && tables(kind).buried_since(document.id, asked)) {
      applied.doubtful.emplace_back(document.id);
      continue;
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

void MirrorIntake::count_order(Order answered) {
  if (answered <= newest_order_) return;
  newest_order_ = answered;
  store_order();
}

void MirrorIntake::learn(Kind kind, const std::vector<Change>& changes) {
  std::vector<std::string_view> documents;
  documents.reserve(changes.size());
  for (const auto& change : changes) documents.push_back(change.document->json);
  if (auto fresh = press_.learn(kind, documents)) held_[kind].dictionary = std::move(fresh);
}

/// As a Press has made it, or made here. After a failed commit one may have used a dictionary that
/// was lost with it.
Result<Staged> MirrorIntake::pressed_version(Kind kind, const Document& document) {
  const auto dictionary = press_.dictionary(kind);
  if (dictionary != 0 && document.pressed && dictionary_of(document.pressed->frame) == dictionary) {
    return std::move(*document.pressed);
  }
  return press_.press(kind, document);
}

std::unique_ptr<Press> MirrorIntake::make_press(Kind kind) {
  const auto id = press_.dictionary(kind);
  if (id == 0 || !sweep(kind) || !sweep(kind)->fills) return nullptr;
  if (const auto& held = held_[kind].dictionary) return press_.fork(kind, held->bytes);
  const auto stored = load_dictionary(db_, id);
  return stored ? press_.fork(kind, *stored) : nullptr;
}

Result<std::vector<Staged>> MirrorIntake::stage(Kind kind, const std::vector<Change>& changes,
                                                Order answered, Applied& applied, Origin origin) {
  std::vector<Staged> staged;
  staged.reserve(changes.size());
  for (const auto& change : changes) {
    auto pressed = pressed_version(kind, *change.document);
    if (!pressed) {
      applied.unreadable.emplace_back(change.document->id);
      continue;
    }
    pressed->id_hash = change.id;
    pressed->answered = answered;
    if (change.stored) {
      pressed->index.row = change.stored->row;
      pressed->same_facts = pressed->fingerprint == change.stored->fingerprint;
      if (!pressed->same_facts) {
        auto old = press_.index_entry(kind, tables(kind).frame_of(change.stored->row));
        if (!old) return std::move(old).error();
        if (origin == Origin::walk && old->status == UserStatus::active &&
            pressed->index.status != UserStatus::active) {
          applied.put_aside.emplace_back(change.document->id);
          continue;
        }
        pressed->old_hashes = std::move(old->hashes);
      }
    }
    ++(change.stored ? applied.changed : applied.added);
    staged.push_back(std::move(*pressed));
  }
  return staged;
}

void MirrorIntake::take_up_walk(Kind kind) {
  held_[kind].walked.clear();
  if (!sweep(kind)->resumable) return;
  std::vector<std::int64_t> walked;
  Query read(db_, "SELECT rows FROM walked WHERE kind = ?1");
  for (auto rows = read(number_of(kind)); rows.next();) {
    const auto some = unpacked_rows(rows.blob(0));
    walked.insert(walked.end(), some.begin(), some.end());
  }
  if (walked.empty()) return;
  std::sort(walked.begin(), walked.end());
  tables(kind).each_revision([&](std::int64_t row, std::string_view id, std::string_view) {
    if (!std::binary_search(walked.begin(), walked.end(), row)) return;
    sweep(kind)->revisions.find(hash(id))->walked = true;
  });
}

void MirrorIntake::use_stored_dictionary(Kind kind) {
  Query read(db_,
             "SELECT d.bytes FROM kind_state k JOIN dictionary d ON d.id = k.dictionary "
             "WHERE k.kind = ?1");
  auto rows = read(number_of(kind));
  press_.use_dictionary(kind, rows.next() ? rows.blob(0) : std::string_view());
}

std::uint64_t MirrorIntake::hash(std::string_view text) const {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed_);
}

void MirrorIntake::enter(IdTable& table, std::string_view id, std::string_view rev,
                         std::int64_t row) const {
  auto& entry = table.insert(hash(id));
  entry.rev = hash(rev);
  entry.set_number(row);
}

void MirrorIntake::strike(IdTable& table, std::string_view id) const {
  if (auto* entry = table.find(hash(id))) {
    entry->rev = 0;
    entry->set_number(0);
    entry->present = false;
  }
}

Error no_sweep(Kind kind) {
  return {Code::io,
          "no sweep of " + std::string(name_of(kind)) + " was begun, or a failed commit ended it"};
}

}  // namespace icure::store
