#include "daemon/event_upkeep.h"

#include "daemon/base/log.h"

namespace icure {
namespace {

using namespace std::chrono_literals;

constexpr Millis kKept = std::chrono::days(7);
constexpr Millis kInterval = 1h;
constexpr Millis kUnknown = 10min;  // while the platform has not told the time

/// Whether to go on at once.
bool more(const Result<std::uint64_t>& forgotten) {
  if (!forgotten) log::warning("old events cannot be erased: {}", forgotten.error().message);
  return forgotten && *forgotten != 0;
}

}  // namespace

Task<Done> EventUpkeep::loop(std::stop_token stop) {
  for (;;) {
    co_await forget_old();
    const auto slept = co_await clock_.sleep(time_.now() ? kInterval : kUnknown, stop);
    if (!slept) co_return Done{};
  }
}

// Step by step, and the files' other work in between. Bounded, so that a stop need not wait.
Task<Done> EventUpkeep::forget_old() {
  constexpr int kMostSteps = 1000;
  const auto now = time_.now();
  if (!now) co_return Done{};
  const auto before = *now - kKept;
  auto of_ledger = [&] { return files_.events().forget(before); };
  auto of_mirror = [&] { return files_.mirror().forget_events(before); };
  bool ledger = true;
  bool mirror = true;
  for (int step = 0; step < kMostSteps && (ledger || mirror); ++step) {
    if (ledger) {
      const auto forgotten = co_await ledger_thread_.run(of_ledger);
      ledger = more(forgotten);
    }
    if (mirror) {
      const auto forgotten = co_await mirror_thread_.run(of_mirror);
      mirror = more(forgotten);
    }
  }
  co_return Done{};
}

Task<Done> EventUpkeep::tell(store::Topic topic, std::string change, std::string id) {
  auto write = [&] { return files_.events().add(topic, change, id); };
  const auto told = co_await ledger_thread_.run(std::move(write));
  if (!told) log::warning("an event cannot be written: {}", told.error().message);
  co_return Done{};
}

}  // namespace icure
