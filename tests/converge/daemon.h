// The heart of the daemon, sync and store, built as daemon/app.cpp builds it, on threads that the
// test moves job by job.
#pragma once
#include <array>
#include <memory>

#include "daemon/base/scope.h"
#include "store/open.h"
#include "sync/approve.h"
#include "sync/refresh.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/pumped_background.h"
#include "tests/fakes/seeded_random.h"

namespace icure::converge {

/// To be destroyed after stop().
class Daemon {
 public:
  Daemon(std::unique_ptr<store::Stores> files, sync::Http& http, fakes::FakeClock& clock,
         Random& random)
      : files_(std::move(files)),
        clock_(clock),
        session_(http, clock, {"daemon", "", [] { return Result<Secret>(Secret("password")); }}),
        rest_(session_, *files_->mirror().newest_order()),
        brake_(files_->ledger(), threads_[2], clock, random, *files_->ledger().standing_batches()),
        sweeper_(rest_, files_->mirror(), threads_[0], threads_[1], clock, brake_),
        engine_(rest_, sweeper_, {files_->ledger(), threads_[2]}, clock, random),
        refresher_(rest_, sweeper_, engine_, files_->mirror(), threads_[0], threads_[1], clock),
        approver_(brake_, sweeper_, engine_),
        reader_(std::move(*files_->open_reader(std::int64_t{1} << 20))) {}

  void start(sync::SweepOptions sweep, sync::EngineOptions options) {
    sweeper_.configure(std::move(sweep));
    engine_.configure(std::move(options));
    scope_.run(engine_.loop(scope_.token()));
  }

  /// Lets one of the threads, or the loop on behalf of one, do one thing. False: all wait.
  bool turn(fakes::SeededRandom& chance) {
    reader_->end_turn();  // as at the end of each turn of the loop
    const auto first = chance.below(threads_.size() * 2);
    for (std::size_t i = 0; i < threads_.size() * 2; ++i) {
      const auto which = (first + i) % (threads_.size() * 2);
      auto& thread = threads_[which / 2];
      if (which % 2 == 0 ? thread.work() : thread.deliver()) return true;
    }
    return false;
  }

  /// Whether everything has ended.
  bool stop() {
    scope_.drain([] {});
    for (bool more = true; more;) {
      more = clock_.next() == Millis(0);
      clock_.advance(Millis(0));  // lets go of those that were told to stop
      for (auto& thread : threads_) more = thread.pump() || more;
    }
    return scope_.running() == 0;
  }

  /// A reader that sees all that is committed by now.
  store::MirrorReader& reader() {
    reader_->end_turn();
    return *reader_;
  }
  sync::Engine& engine() { return engine_; }
  sync::Sweeper& sweeper() { return sweeper_; }
  sync::Refresher& refresher() { return refresher_; }
  sync::Brake& brake() { return brake_; }
  sync::Approver& approver() { return approver_; }
  Scope& scope() { return scope_; }

 private:
  std::unique_ptr<store::Stores> files_;
  fakes::FakeClock& clock_;
  std::array<fakes::PumpedBackground, 3> threads_;  // mirror, parser, ledger
  sync::Session session_;
  sync::Rest rest_;
  sync::Brake brake_;
  sync::Sweeper sweeper_;
  sync::Engine engine_;
  sync::Refresher refresher_;
  sync::Approver approver_;
  std::unique_ptr<store::MirrorReader> reader_;
  Scope scope_;
};

}  // namespace icure::converge
