// Whatever happens in between, the mirror ends up equal to the platform: random histories of
// changes, faults, kills and clocks that are set, over the real sync and the real store.
//
//   CONVERGE_SEED=n CONVERGE_HISTORIES=m   m histories, the first of seed n; each can be had again
//                                          alone by its own seed
//   CONVERGE_STRICT=1                      see chronicle.h
#include <gtest/gtest.h>

#include <iostream>

#include "daemon/base/log.h"
#include "tests/converge/history.h"
#include "tests/support/setting.h"

namespace icure::converge {
namespace {

using support::setting;

TEST(Converge, TheMirrorEndsUpEqualToThePlatform) {
  log::configure(log::Level::error, log::Format::text);  // faults are what this is about
  const auto first = setting("CONVERGE_SEED", 1);
  const auto strict =
      setting("CONVERGE_STRICT", 0) ? Chronicle::Strict::yes : Chronicle::Strict::no;
  const auto histories = setting("CONVERGE_HISTORIES", 100);
  std::cout << "seeds " << first << " to " << first + histories - 1 << "\n";
  for (auto seed = first; seed < first + histories; ++seed) {
    History history(seed, strict);
    const auto failure = history.run();
    if (failure.empty()) continue;
    FAIL() << history.events() << "\n"
           << failure << "\nagain: CONVERGE_SEED=" << seed << " CONVERGE_HISTORIES=1";
  }
}

}  // namespace
}  // namespace icure::converge
