#include "daemon/store_watch.h"

#include "daemon/base/log.h"

namespace icure {
namespace {

using namespace std::chrono_literals;
using Is = store::Condition::Is;

constexpr Millis kLook = 5s;  // until it is sound again
// Who writes, syncs or asks for the status looks as well: this is for a daemon that nobody uses.
constexpr Millis kRarely = 5min;

}  // namespace

Task<Done> StoreWatch::loop(std::function<void(Is)> changed, std::stop_token stop) {
  for (;;) {
    // On the ledger's thread: a dead disk may take its time.
    auto look = [this] {
      auto sound = files_.condition().check();
      // What was finished meanwhile need not take up room twice, in the file and in its log.
      if (files_.condition().last() == Is::disk_full) files_.ledger().empty_log();
      return sound;
    };
    const auto sound = co_await ledger_thread_.run(std::move(look));
    const auto now = files_.condition().last();
    if (now != told_) {
      told_ = now;
      if (sound) {
        log::info("the store takes in everything again");
      } else {
        log::error("{}; {}", sound.error().message, sound.error().hint);
      }
      changed(now);
    }
    co_await nap_.take(told_ == Is::sound ? kRarely : kLook, stop);
    if (stop.stop_requested()) co_return Done{};
  }
}

}  // namespace icure
