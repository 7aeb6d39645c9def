// An outbox over a real ledger, with an operation that does what the test says, on a clock that the
// test moves; and what a SIGKILL would leave of it.
#pragma once
#include <filesystem>
#include <map>
#include <set>

#include "sync/outbox/outbox.h"
#include "tests/support/sync_fixture.h"

namespace icure::sync {

/// Does with each item what the test says, at once or when it lets go.
class ScriptedOperation final : public Operation {
 public:
  Task<Outcome> attempt(store::Item& item, Progress& progress, std::stop_token stop) override {
    tried.push_back(item.entity);
    std::stop_callback end(stop, [this] { released.fire(); });
    while (held.contains(item.entity) && !stop.stop_requested()) co_await released.wait();
    Outcome outcome;
    if (stop.stop_requested() && held.contains(item.entity)) {
      outcome.next = Outcome::Next::stopping;
      co_return outcome;
    }
    if (!step.empty()) {
      auto saved = co_await progress.save(item, step, "half way");
      EXPECT_TRUE(saved);
    }
    if (const auto at = outcomes.find(item.entity); at != outcomes.end()) co_return at->second;
    co_return outcome;
  }
  void release(const std::string& entity) {
    held.erase(entity);
    released.fire();
  }

  std::vector<std::string> tried;  ///< Entities.
  std::map<std::string, Outcome> outcomes;
  std::set<std::string> held;
  std::string step;
  Event released;
};

inline Outcome outcome(Outcome::Next next, std::string text = "", std::string hint = "") {
  Outcome made;
  made.next = next;
  made.text = std::move(text);
  made.hint = std::move(hint);
  return made;
}
inline Outcome line_fault(Cause cause) {
  auto made = outcome(Outcome::Next::line);
  made.fault = Fault{cause, 0, "as the test wants"};
  return made;
}

class OutboxLoopTest : public support::SyncTest {
 public:
  OutboxLoopTest() { begin(stores->outbox()); }
  ~OutboxLoopTest() override { end(); }

  void begin(store::Outbox& with, const std::string& machine = "m1") {
    ledger = &with;
    outbox.emplace(with, ledger_thread, engine, platform_time, clock, chance, machine);
    OutboxOptions options;
    options.retry_min = Millis(2'000);
    options.retry_max = Millis(60'000);
    outbox->configure(options);
    outbox->carry_out("user.modify", operation);
    outbox->watch([this](const store::Item& item) {
      told.push_back(item.id + " " + std::string(name_of(item.state)));
    });
    engine.watch([this] { outbox->wake(); });
    stop = std::stop_source();
  }

 protected:
  void start() {
    scope.run(outbox->loop(stop.get_token()));
    pump();
  }
  void end() {
    stop.request_stop();
    pump();
    EXPECT_EQ(scope.running(), 0u);
  }
  void restart(const std::string& machine = "m1") {
    end();
    outbox.reset();
    begin(*ledger, machine);
    start();
  }
  /// Goes on with the files as a SIGKILL at this moment would leave them.
  void kill() {
    const auto copy = dir.path() / ("copy" + std::to_string(++copies));
    std::filesystem::copy(dir.path() / "store", copy, std::filesystem::copy_options::recursive);
    end();
    outbox.reset();
    operation.held.clear();
    told.clear();
    operation.tried.clear();
    copied = support::stores_in(copy, random, clock);
    ASSERT_TRUE(copied);
    begin(copied->outbox());
  }

  /// As advance(), in steps that are fit for days.
  void pass(Millis by) {
    using namespace std::chrono_literals;
    for (const auto end = clock.uptime() + by; clock.uptime() < end;) {
      clock.advance(std::min(Millis(1min), end - clock.uptime()));
      pump();
    }
  }
  static store::Item item(const std::string& id, const std::string& entity,
                          std::vector<std::string> refers = {}) {
    store::Item made;
    made.id = id;
    made.op = "user.modify";
    made.entity = entity;
    made.refers = std::move(refers);
    made.content = "{}";
    return made;
  }
  Result<store::Accepted> enqueue(store::Item item) {
    const auto key = item.id;
    return finish(outbox->enqueue(std::move(item), {1000, key, "p"}));
  }
  void add(const std::string& id, const std::string& entity, std::vector<std::string> refers = {}) {
    ASSERT_TRUE(enqueue(item(id, entity, std::move(refers))));
  }
  Result<store::Item> act(Action action, const std::string& id, const std::string& reason = "") {
    return finish(outbox->act(action, id, reason));
  }
  store::ItemState state(const std::string& id) { return ledger->item(id)->state; }

  fakes::MiddleRandom chance;
  ScriptedOperation operation;
  store::Outbox* ledger = nullptr;
  std::unique_ptr<store::Stores> copied;
  ConfirmedTime platform_time{clock};
  std::optional<Outbox> outbox;
  std::vector<std::string> told;
  int copies = 0;
};

}  // namespace icure::sync
