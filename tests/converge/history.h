// One history: a platform that changes and fails, a daemon that mirrors it and is killed, and in
// the end a mirror that must equal the platform. All of it follows from a seed.
#pragma once
#include <memory>
#include <string>

#include "tests/converge/chronicle.h"
#include "tests/converge/daemon.h"
#include "tests/converge/line.h"
#include "tests/support/temp_dir.h"

namespace icure::converge {

class History {
 public:
  History(std::uint64_t seed, Chronicle::Strict strict);
  ~History();

  /// What went wrong; empty: nothing.
  std::string run();
  const std::string& events() const { return log_.text(); }

 private:
  void start();
  void act();
  void go_on();
  void mutate();
  void kill();
  void set_clock();
  void lose_index();
  void ask_for_run();
  void refresh();
  void approve();
  bool approve_all();
  void overtake();
  void check();
  void check(Kind kind);
  void settle();
  void wait_until_idle();
  bool full_run_on_request();
  bool full_run_on_schedule();
  void compare();
  void find_by_login(const store::Row& user);
  void fail(const std::string& what);

  fakes::SeededRandom chance_;
  fakes::SeededRandom daemon_chance_;
  fakes::FakeClock clock_{fakes::FakeClock::Stopped::at_next_advance};
  EventLog log_;
  sandbox::World world_;
  Chronicle chronicle_;
  Line line_;
  support::TempDir directory_;
  int images_ = 0;
  std::unique_ptr<Daemon> daemon_;
  int decisions_ = 0;  // that are being carried out
  std::string failure_;
};

}  // namespace icure::converge
