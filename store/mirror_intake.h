// How documents come into the mirror: compared with what is there, pressed, held back for a
// while, committed together. Internal.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/document_press.h"
#include "store/event_table.h"
#include "store/held_back.h"
#include "store/id_table.h"
#include "store/mirror_tables.h"

namespace icure::store {

/// A begun sweep.
struct Sweep {
  IdTable revisions;
  bool resumable = false;
  /// The kind was never complete, and is hardly read: rows are indexed many at a time, so that
  /// the indexes, which have no order in common with the pages, are not rewritten with each.
  bool fills = false;
  /// When rows were asked for whose answers were overtaken by others, by the hash of the id: such
  /// a row may be older than a list that was answered before it.
  std::unordered_map<std::uint64_t, Order> overtaken;
};

/// Throws SQLite::Exception wherever no Result says otherwise.
class MirrorIntake {
 public:
  /// `numbers` and `events` outlive it.
  MirrorIntake(SQLite::Database& db, EventNumbers& numbers, EventTable& events);

  /// See MirrorWriter::apply().
  Result<Applied> take(Kind kind, const std::vector<Document>& documents, Order asked,
                       Order answered, const std::optional<std::string>& cursor, Origin origin);
  /// See MirrorWriter::compare().
  Result<Applied> weigh(Kind kind, const std::vector<Document>& documents);
  /// Commits what is held back, all or nothing. After a failure it is lost, and with it the truth
  /// of the tables of revisions: all sweeps are ended, to be begun again from the last committed
  /// cursor.
  void commit();
  /// Commits, and makes every row of that kind findable. What reads ids from the tables needs it.
  Result<Done> index_all(Kind kind);

  KindTables& tables(Kind kind) { return tables_[index_of(kind)]; }
  std::optional<Sweep>& sweep(Kind kind) { return sweeps_[index_of(kind)]; }
  DocumentPress& press() { return press_; }
  /// See MirrorWriter::make_press().
  std::unique_ptr<Press> make_press(Kind kind);
  /// Whether the kind was fully mirrored once: its changes are events.
  bool complete(Kind kind) const { return complete_[index_of(kind)]; }
  void set_complete(Kind kind) { complete_[index_of(kind)] = true; }
  Order newest_order() const { return newest_order_; }
  /// Of a sweep that was just begun: if it goes on where it was cut off, marks what its pages had
  /// until then.
  void take_up_walk(Kind kind);
  /// Inside a transaction: an answer of that order is stored, besides those that take() saw.
  void count_order(Order answered);

  /// Ids and revisions as the tables of revisions know them.
  std::uint64_t hash(std::string_view text) const;
  void enter(IdTable& table, std::string_view id, std::string_view rev, std::int64_t row) const;
  /// After this the id counts as unknown; another id that shares its hash is found by its index.
  void strike(IdTable& table, std::string_view id) const;

  /// A table of just these, where no sweep has one; needs index_all(). `T` has an id.
  template <class T>
  IdTable table_of(Kind kind, const std::vector<T>& wanted) {
    IdTable table;
    for (const auto& one : wanted) {
      if (table.find(hash(one.id))) continue;
      if (const auto stored = tables(kind).by_id(one.id)) {
        enter(table, one.id, stored->rev, stored->row);
      }
    }
    return table;
  }

 private:
  struct Change;

  std::vector<Change> compare(Kind kind, IdTable& table, const std::vector<Document>& documents,
                              Order asked, Applied& applied);
  void learn(Kind kind, const std::vector<Change>& changes);
  Result<Staged> pressed_version(Kind kind, const Document& document);
  Result<std::vector<Staged>> stage(Kind kind, const std::vector<Change>& changes, Order answered,
                                    Applied& applied, Origin origin);
  void walk(Kind kind, const std::vector<Document>& documents);
  void put_aside(const std::vector<std::string>& ids);
  Result<Done> index_if_due(Kind kind);
  Result<Done> index(Kind kind);
  Result<Done> index_some(Kind kind);
  void write_held(Kind kind);
  void store_order();
  void settle(Kind kind);
  void forget_held();
  void use_stored_dictionary(Kind kind);

  SQLite::Database& db_;
  EventNumbers& numbers_;
  EventTable& events_;
  std::uint64_t seed_;
  DocumentPress press_;
  std::array<KindTables, kAllKinds.size()> tables_;
  std::array<std::optional<Sweep>, kAllKinds.size()> sweeps_;
  std::array<bool, kAllKinds.size()> complete_{};
  HeldBack held_;
  Order newest_order_;
};

/// For calls that need a begun sweep of that kind.
Error no_sweep(Kind kind);

}  // namespace icure::store
