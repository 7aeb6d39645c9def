// The connection to ledger.db, shared by all that is kept there, and the one way to change
// something in it: alone, or together with others that wait for the same sync of the disk.
// Internal; confined to the ledger's thread.
#pragma once
#include <optional>
#include <vector>

#include "daemon/base/group.h"
#include "store/condition.h"
#include "store/event_table.h"
#include "store/sqlite.h"

namespace icure::store {

class LedgerFile final : public Group {
 public:
  /// What is kept in memory of the file.
  class Follower {
   public:
    /// All changes made until now are committed.
    virtual void kept() noexcept = 0;
    /// Those of a group were not committed: what is in memory of them is wrong.
    virtual void lost() noexcept = 0;

   protected:
    ~Follower() = default;
  };

  /// Throws SQLite::Exception, as do the constructor and commit() of a Change. `numbers`, `clock`
  /// and `condition` outlive it; what is wrong with the disk or the file is noted there, and damage
  /// ends all changes.
  LedgerFile(SQLite::Database db, EventNumbers& numbers, const Clock& clock, Condition& condition);

  SQLite::Database& db() { return db_; }
  /// Whether something new may be taken in.
  Condition& condition() { return condition_; }
  /// To be added to within a Change: shown when it is kept, and not before.
  EventTable& events() { return events_; }
  /// It must outlive the last change.
  void add(Follower& follower) { followers_.push_back(&follower); }

  Result<Done> begin() override;
  Result<Done> end() override;

  /// Writes the log into the file and empties it, as soon as no transaction is open.
  void empty_log();

  /// All or nothing of what is written as long as it lives. Synced when it dies, in a group when
  /// the group ends.
  class Change {
   public:
    explicit Change(LedgerFile& file);
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change();
    /// Without this, nothing of it is kept.
    void commit();

   private:
    LedgerFile& file_;
    bool committed_ = false;
  };

 private:
  void roll_back(Query& statement) noexcept;
  /// Runs what begins a change; notes why it failed, and throws.
  void start(Query& statement);
  void note(int error) noexcept;
  /// Of the end of a transaction: first those who must know of it before a reader may.
  void tell(void (Follower::*what)() noexcept);

  SQLite::Database db_;
  EventNumbers& numbers_;
  Condition& condition_;
  EventTable events_;
  Query begin_, commit_, roll_back_, save_, release_, roll_back_to_;
  std::vector<Follower*> followers_;
  bool grouped_ = false;
  bool damaged_ = false;
  std::optional<Error> broken_;  // what ended the transaction of the group before its time
  bool log_to_empty_ = false;
};

}  // namespace icure::store
