// What events cost the mirror: the same changes of the same rows, told (the kind is complete) and
// not told (it never was), in turns, in pages of 1000.
//
//   bench-events [--rows N] [--rounds N]
//
// Prints one JSON line for each round: seconds of processor time of both, and the ratio.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "store/keys.h"
#include "store/open.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace icure::store {
namespace {

constexpr std::size_t kPage = 1000;

struct Bench {
  support::TempDir directory;
  fakes::MiddleRandom random;
  fakes::FakeClock clock;
  std::unique_ptr<Stores> stores;
  Order order = 0;
  int rows;

  explicit Bench(int count) : rows(count) {
    const auto key = parse_store_key(std::string(64, '7'));
    auto opened =
        open_stores({(directory.path() / "store").string(), *key, "bench", random, clock});
    if (!opened) std::abort();
    stores = std::move(*opened);
  }

  static std::string document(int row, int version) {
    const auto number = std::to_string(row);
    return R"({"id":"3f0c2b44-0000-4000-8000-)" + std::to_string(100'000'000'000 + row) +
           R"(","rev":")" + std::to_string(version) + "-6bd1f9c07c5f4e9a9c1d2b7e0f3a" + number +
           R"(","created":1650000000000,"modified":)" + std::to_string(version) +
           R"(,"name":"Person )" + number + R"(","login":"person)" + number +
           R"(@clinic.test","email":"person)" + number +
           R"(@clinic.test","status":"ACTIVE","type":"database","groupId":"grp",)"
           R"("properties":[{"id":"a","typedValue":{"type":"STRING","stringValue":")" +
           std::to_string(row * 7919) + R"("}}],"autoDelegations":{},"systemMetadata":{}})";
  }

  double pass(int version) {
    const auto began = std::clock();
    for (int first = 0; first < rows; first += static_cast<int>(kPage)) {
      std::vector<std::string> texts;
      for (int row = first; row < std::min(rows, first + static_cast<int>(kPage)); ++row) {
        texts.push_back(document(row, version));
      }
      std::vector<Document> page;
      for (const std::string_view text : texts) {
        const auto rev = text.find("\"rev\":\"") + 7;
        page.push_back({text.substr(7, 36), text.substr(rev, text.find('"', rev) - rev), text});
      }
      const auto asked = ++order;
      if (!stores->mirror().apply(Kind::user, page, asked, ++order, std::nullopt)) std::abort();
    }
    return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  }
};

}  // namespace
}  // namespace icure::store

int main(int argc, char** argv) {
  int rows = 50'000;
  int rounds = 3;
  CLI::App app("What events cost the mirror");
  app.add_option("--rows", rows)->check(CLI::PositiveNumber);
  app.add_option("--rounds", rounds)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  icure::store::Bench told(rows);
  icure::store::Bench untold(rows);
  told.pass(1);
  untold.pass(1);
  if (!told.stores->mirror().finish_sweep(icure::Kind::user, {}, told.clock.wall())) return 1;
  for (int round = 0; round < rounds; ++round) {
    const auto without = untold.pass(2 + round);
    const auto with = told.pass(2 + round);
    std::printf("{\"rows\":%d,\"without_s\":%.3f,\"with_s\":%.3f,\"ratio\":%.3f}\n", rows, without,
                with, with / without);
    std::fflush(stdout);
  }
}
