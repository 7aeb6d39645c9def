// Engine: when to sync. Runs on start, on schedule, on request and when the line comes back; one
// run at a time; knows whether the platform can be used.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "daemon/base/event.h"
#include "daemon/base/random.h"
#include "store/ledger.h"
#include "sync/connection.h"
#include "sync/sweep.h"

namespace icure::sync {

struct EngineOptions {
  std::vector<Kind> kinds;
  Millis interval{0};       ///< Between quick runs.
  Millis full_interval{0};  ///< Between full runs.
};

/// Where the history of runs is kept. A failure is logged and does not stop the sync.
struct History {
  store::Ledger& ledger;  // touched on its thread only
  Background& thread;
};

/// Loop thread only. What it refers to outlives loop().
class Engine {
 public:
  Engine(Rest& rest, Sweeper& sweeper, History history, Clock& clock, Random& random)
      : rest_(rest),
        sweeper_(sweeper),
        history_(history),
        clock_(clock),
        random_(random),
        connection_(random) {}

  void configure(EngineOptions options) { options_ = std::move(options); }
  /// Calls `on_change` when the connection's state changes and when a run begins or ends.
  void watch(std::function<void()> on_change) { on_change_ = std::move(on_change); }
  /// `changed` says whether the secret differs from the one that was refused: asked every few
  /// seconds while the login is refused.
  void watch_login(std::function<bool()> changed) { login_changed_ = std::move(changed); }

  /// Syncs until `stop` is requested. To be run once, in a Scope.
  Task<Done> loop(std::stop_token stop);

  /// Syncs now, or joins the running run if that is full or `full` was not asked. Returns when
  /// the run has begun, or with `wait` when it is finished, also when it failed (its state says
  /// so). Fails with unavailable while the platform asked us to wait, or the sync is paused.
  Task<Result<store::Run>> run_now(bool full, bool wait);

  /// Sends nothing for so long, over restarts; a run that is under way is cut off. Fails as the
  /// ledger does: then it is paused until the next start only.
  Task<Result<Done>> pause(Millis duration);
  /// Ends a pause and tries at once. No pause: nothing happens.
  Task<Result<Done>> resume();
  /// The last runs, newest first.
  Task<Result<std::vector<store::Run>>> history(std::size_t limit);

  /// Something may have been missed, say by a hint that never came: a full run is due, but not
  /// sooner than `interval` after the last one.
  void catch_up();
  /// This machine's network is another one.
  void network_changed();
  /// The configuration or the secret is another one.
  void settings_changed();

  ConnectionView connection() const { return connection_.view(); }
  WallTime since() const { return since_; }  ///< When connection() last changed.
  /// The run that is under way, and the last one that ended.
  const std::optional<store::Run>& running() const { return running_; }
  const std::optional<store::Run>& last() const { return last_; }
  std::optional<WallTime> next_run() const { return next_run_; }
  /// Why nothing may be sent now: the platform asked us to wait, or the sync is paused.
  std::optional<Error> why_not_now() const;
  /// The platform showed by itself that it is there.
  void pinged();
  /// Told by others who talk to the platform, such as a read that asked it first.
  void succeeded();
  void failed(const Fault& fault);

 private:
  Task<Done> run_once(std::string trigger, bool full, std::stop_token stop);
  Task<Done> record(store::Run run);
  Task<Fault> sweep_all(store::Run& run, std::vector<Kind>& failed_kinds, std::stop_token stop);
  Task<Done> run_while_alive(std::string trigger, bool full, std::stop_token stop);
  Task<Done> watch_line(std::stop_token run_over);
  Task<Done> go_on_with_pause();
  Task<bool> wait_for_work(std::string& trigger, bool& full, std::stop_token stop);
  bool begin_due_run(std::string& trigger, bool& full);
  Task<Done> ask_line(std::stop_token stop);
  Task<Answer<Body>> bounded_probe(std::stop_token stop);
  Task<Done> nap(Millis duration, std::stop_token stop);
  struct Due {
    Millis at;  // of uptime
    std::string_view trigger;
    bool full;
    bool only_failed;  // the kinds that failed last time
  };
  Due next_due() const;
  bool is_resting() const;
  void heard(LineEvent event, const Fault& fault = {Cause::none});
  void plan(const store::Run& ended, const Fault& fault, std::vector<Kind> failed_kinds);
  void wake();
  void tell();

  Rest& rest_;
  Sweeper& sweeper_;
  History history_;
  Clock& clock_;
  Random& random_;
  EngineOptions options_;

  Connection connection_;
  WallTime since_{};
  std::optional<store::Run> running_;
  std::optional<store::Run> last_;
  std::optional<WallTime> next_run_;
  // When to run again; all of uptime.
  Millis next_quick_{0};
  Millis next_full_{0};
  Millis next_after_reconnect_{0};
  Millis next_partial_{0};          // while failed_kinds_ is not empty
  std::optional<Millis> retry_at_;  // the line failed the last run
  int partial_runs_ = 0;            // in a row, in which some kind failed
  std::vector<Kind> failed_kinds_;  // of the last full run, while the line was there
  bool only_failed_ = false;        // the run under way is for those alone
  int failed_runs_ = 0;             // in a row
  bool reconnected_ = false;        // the line came back and no full run has begun since
  std::uint64_t begun_ = 0;         // runs begun so far
  std::uint64_t finished_ = 0;      // runs finished so far
  bool wanted_ = false;             // someone asked for a run
  bool wanted_full_ = false;
  bool stopped_ = false;
  Event changed_;  // a run began or finished, or the engine stopped
  std::stop_source nap_;
  std::stop_source probe_;  // of the probe under way
  std::stop_source work_;   // of the run under way
  std::function<void()> on_change_;
  std::function<bool()> login_changed_ = [] { return false; };
};

}  // namespace icure::sync
