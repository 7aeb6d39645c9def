// Outbox: takes writes in and carries them out: when, how often, and what becomes of them. What is
// to be done is known to an Operation; which item may go next, to Lanes.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/event.h"
#include "daemon/base/random.h"
#include "daemon/base/scope.h"
#include "sync/confirmed_time.h"
#include "sync/engine.h"
#include "sync/outbox/action.h"
#include "sync/outbox/lanes.h"
#include "sync/outbox/operation.h"

namespace icure::sync {

struct OutboxOptions {
  Millis retry_min{2'000};
  Millis retry_max{900'000};
  Millis give_up_after{604'800'000};
  std::size_t parallel = 4;
  std::uint64_t max_items = 100'000;
};

/// Loop thread only. What it refers to outlives loop() and every task that it returned.
class Outbox {
 public:
  /// `machine` tells this machine from others, such as /etc/machine-id does; empty: not known.
  Outbox(store::Outbox& ledger, Background& ledger_thread, Engine& engine,
         const ConfirmedTime& time, Clock& clock, Random& random, std::string machine)
      : ledger_(ledger),
        ledger_thread_(ledger_thread),
        engine_(engine),
        time_(time),
        clock_(clock),
        random_(random),
        machine_(std::move(machine)) {}

  void configure(OutboxOptions options);
  /// Items of this op are carried out by `operation`, which outlives the outbox's tasks.
  void carry_out(const std::string& op, Operation& operation) { operations_[op] = &operation; }
  /// `told` hears of each item that was taken in, went a step or has another state. The content
  /// is none of its business, and it must not call the outbox.
  using Observer = std::function<void(const store::Item& item)>;
  void watch(Observer told) { observers_.push_back(std::move(told)); }

  /// Carries items out until `stop` is requested, then lets each finish its step. To be run once,
  /// in a Scope.
  Task<Done> loop(std::stop_token stop);
  /// The line or the configuration is another one.
  void wake();

  /// Takes a write in: when this returns, it is on the disk. Gives it an id and a time if it has
  /// none. Fails as store::Outbox::enqueue.
  Task<Result<store::Accepted>> enqueue(store::Item item, store::IdempotencyKey key);

  /// What an administrator does. Fails with not_found, with conflict where the item's state does
  /// not allow it, or as the ledger does.
  Task<Result<store::Item>> act(Action action, std::string id, std::string reason);

  /// Returns when the attempt that is under way at this item, if there is one, is over, or when the
  /// outbox stops.
  Task<Done> until_at_rest(store::Item item);

  /// Goes by the state in which somebody else has saved this item.
  void follow(const store::Item& item);

  struct Summary {
    store::ItemCounts counts{};
    std::optional<WallTime> oldest;  ///< When the oldest item that has not ended was taken in.
  };
  /// A moment old at most.
  const Summary& summary() const { return summary_; }

 private:
  class Ledgered;

  // outbox.cpp
  Task<Result<Done>> load();
  Task<Result<Done>> load_page(std::uint64_t& after, bool& more);
  Task<Result<Done>> loaded();
  void start_due();
  bool line_usable() const;
  Task<Done> nap(Millis duration, std::stop_token stop);
  Task<Done> drain();
  Task<Done> keep_house(std::stop_token stop);
  Task<Done> forget_old();
  Task<Done> give_up_old(store::ItemState state);
  void put_in_lane(const store::Item& item);
  void tell(const store::Item& item);
  Task<Done> refresh_summary();

  // outbox_attempt.cpp
  Task<Done> attempt(Lanes::Place place, std::stop_token stop);
  Task<Done> try_item(store::Item& item, std::stop_token stop);
  Task<Result<bool>> begin(store::Item& item);
  Task<Done> settle(store::Item& item, Outcome outcome);
  Task<Done> block_dependants(const store::Item& item);
  Task<Done> block(Lanes::Place place, const std::string& because_of);
  Task<Result<store::Item>> item_at(std::uint64_t number);
  Task<Result<Done>> save(const store::Item& item, std::optional<store::Step> step);
  void count_line_fault(const store::Item& item, Outcome& outcome);
  std::optional<store::Step> note(store::Item& item, Outcome outcome);
  void retry_later(store::Item& item, const Outcome& outcome);
  Outcome gave_up(const store::Item& item) const;
  Millis due_of(const store::Item& item) const;
  bool is_too_old(const store::Item& item) const;

  store::Outbox& ledger_;  // touched on its thread only
  Background& ledger_thread_;
  Engine& engine_;
  const ConfirmedTime& time_;
  Clock& clock_;
  Random& random_;
  std::string machine_;
  OutboxOptions options_;
  std::map<std::string, Operation*> operations_;
  std::vector<Observer> observers_;

  Lanes lanes_{4};
  std::unordered_map<std::uint64_t, int> line_faults_;  // in a row, of items that met some
  bool loaded_ = false;
  std::optional<Error> load_error_;
  Event load_over_;
  Event drained_;
  Event attempt_over_;
  Scope tasks_;  // attempts and housekeeping
  std::stop_source nap_;
  bool stopping_ = false;
  Summary summary_;
  bool refreshing_ = false;
  bool summary_is_old_ = false;
};

}  // namespace icure::sync
