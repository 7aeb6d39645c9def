// How fast writes are taken in, durably: one writer and many against a bare SQLCipher file that
// syncs as often and against the same rows written with nothing around, and what a long queue
// costs.
//
//   bench-enqueue --directory DIR [--seconds S] [--queue N]
//
// Prints one JSON line. DIR must be on the disk that is meant, and is filled with two databases.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "daemon/base/random.h"
#include "daemon/loop/system_clock.h"
#include "daemon/loop/worker.h"
#include "store/keys.h"
#include "store/open.h"

namespace {

using namespace icure;
using Steady = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMany = 64;
constexpr std::size_t kPage = 100;

double us_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::micro>(Steady::now() - begin).count();
}

double at(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

std::string document(std::uint64_t number) {
  return fmt::format(
      R"({{"id":"u-{0}","login":"user{0}@clinic.test","email":"user{0}@clinic.test",)"
      R"("name":"Anna Vermeulen-{0}","mobilePhone":"+32475{0:06}","status":"ACTIVE",)"
      R"("patientId":"p-{0}","properties":[],"roles":[],"authenticationTokens":{{}}}})",
      number);
}

store::Item item(std::uint64_t number) {
  const auto json = document(number);
  store::Item made;
  made.id = fmt::format("i-{}", number);
  made.op = "user.create";
  made.entity = fmt::format("u-{}", number);
  made.content = json;
  made.overlay = store::Overlay{store::Overlay::Is::creation, json, json};
  return made;
}

class Queue {
 public:
  Queue(uv_loop_t& loop, store::Stores& stores)
      : loop_(loop),
        outbox_(stores.outbox()),
        thread_(loop, "ledger", loop::Worker::Pace::prompt, &stores.ledger_group()) {}

  /// Lets `writers` enqueue for so long, each when the one before was answered.
  Json enqueue(std::size_t writers, Steady::duration time, std::uint64_t most = UINT64_MAX) {
    until_ = Steady::now() + time;
    last_ = next_ + std::min(most, UINT64_MAX - next_);
    waited_.clear();
    const auto begin = Steady::now();
    std::vector<Task<Done>> tasks;
    for (std::size_t i = 0; i < writers; ++i) tasks.push_back(write());
    run(tasks);
    const auto rate = static_cast<double>(waited_.size()) * 1e6 / us_since(begin);
    return {{"per_s", rate}, {"p50_us", at(waited_, 0.5)}, {"p99_us", at(waited_, 0.99)}};
  }

  /// Ends the items from `first` on, `writers` at a time, for so long. Returns items a second.
  double finish(std::uint64_t first, std::size_t writers, std::uint64_t most) {
    end_ = first;
    last_ = first + most;
    const auto begin = Steady::now();
    std::vector<Task<Done>> tasks;
    for (std::size_t i = 0; i < writers; ++i) tasks.push_back(end());
    run(tasks);
    return static_cast<double>(most) * 1e6 / us_since(begin);
  }

  /// Microseconds of reading the page after that number.
  double list(std::uint64_t after) {
    store::ItemQuery query;
    query.after = after;
    query.limit = kPage;
    std::vector<double> times;
    for (int i = 0; i < 20; ++i) {
      const auto begin = Steady::now();
      if (!outbox_.list(query)) std::abort();
      times.push_back(us_since(begin));
    }
    return at(times, 0.5);
  }

  std::uint64_t next() const { return next_; }

 private:
  void run(std::vector<Task<Done>>& tasks) {
    for (auto& task : tasks) task.start();
    const auto done = [](const Task<Done>& task) { return task.done(); };
    while (!std::all_of(tasks.begin(), tasks.end(), done)) uv_run(&loop_, UV_RUN_ONCE);
  }

  Task<Done> write() {
    while (next_ < last_ && Steady::now() < until_) {
      const auto begin = Steady::now();
      auto made = item(next_++);
      auto job = [this, &made] {
        const store::IdempotencyKey key{1000, made.id, "digest"};
        return outbox_.enqueue(std::move(made), key, UINT64_MAX);
      };
      auto accepted = co_await thread_.run(std::move(job));
      if (!accepted) std::abort();
      waited_.push_back(us_since(begin));
    }
    co_return Done{};
  }

  Task<Done> end() {
    while (end_ < last_) {
      auto made = item(end_++);
      made.overlay.reset();
      made.state = store::ItemState::done;
      auto job = [this, &made] { return outbox_.save(made, std::nullopt); };
      auto saved = co_await thread_.run(std::move(job));
      if (!saved) std::abort();
    }
    co_return Done{};
  }

  uv_loop_t& loop_;
  store::Outbox& outbox_;
  loop::Worker thread_;
  Steady::time_point until_;
  std::uint64_t next_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t end_ = 0;
  std::vector<double> waited_;
};

/// The same bytes into one table with a unique key, so many rows a commit, each commit synced.
Json bare(const std::string& path, std::size_t rows, Steady::duration time) {
  SQLite::Database db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  const unsigned char key[32] = {1};
  sqlite3_key(db.getHandle(), key, sizeof key);
  db.exec(
      "PRAGMA cipher_page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "CREATE TABLE IF NOT EXISTS item (number INTEGER PRIMARY KEY, id TEXT UNIQUE, content TEXT)");
  SQLite::Statement insert(db, "INSERT INTO item (id, content) VALUES (?, ?)");
  auto number = static_cast<std::uint64_t>(db.execAndGet("SELECT count(*) FROM item").getInt64());
  const auto first = number;
  std::vector<double> waited;
  const auto begin = Steady::now();
  while (Steady::now() - begin < time) {
    const auto commit = Steady::now();
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    for (std::size_t i = 0; i < rows; ++i) {
      insert.bind(1, fmt::format("i-{}", number));
      insert.bind(2, document(number++));
      insert.exec();
      insert.reset();
    }
    transaction.commit();
    waited.push_back(us_since(commit));
  }
  const auto rate = static_cast<double>(number - first) * 1e6 / us_since(begin);
  return {{"per_s", rate}, {"p50_us", at(waited, 0.5)}, {"p99_us", at(waited, 0.99)}};
}

/// As bare(), but what we write, with nothing around it: the limit of group commit.
Json limit(store::Stores& stores, std::size_t rows, Steady::duration time) {
  static std::uint64_t number = 0;
  const auto first = number;
  std::vector<double> waited;
  const auto begin = Steady::now();
  while (Steady::now() - begin < time) {
    const auto commit = Steady::now();
    if (!stores.ledger_group().begin()) std::abort();
    for (std::size_t i = 0; i < rows; ++i) {
      auto made = item(number++);
      const store::IdempotencyKey key{1000, made.id, "digest"};
      if (!stores.outbox().enqueue(std::move(made), key, UINT64_MAX)) std::abort();
    }
    if (!stores.ledger_group().end()) std::abort();
    waited.push_back(us_since(commit));
  }
  const auto rate = static_cast<double>(number - first) * 1e6 / us_since(begin);
  return {{"per_s", rate}, {"p50_us", at(waited, 0.5)}, {"p99_us", at(waited, 0.99)}};
}

/// Nanoseconds of reading one user by id.
double read(store::MirrorReader& reader, const std::string& id) {
  constexpr int kReads = 20'000;
  const auto begin = Steady::now();
  for (int i = 0; i < kReads; ++i) {
    if (!reader.get(Kind::user, id)) std::abort();
    if (i % 16 == 0) reader.end_turn();
  }
  reader.end_turn();
  return us_since(begin) * 1000 / kReads;
}

Json reads(store::Stores& stores, Queue& queue) {
  const auto json = document(7);
  const store::Document mirrored{"u-mirrored", "1-x", json};
  if (!stores.mirror().apply(Kind::user, {mirrored}, 1, 2, std::nullopt)) std::abort();
  auto reader = stores.open_reader(8 << 20);
  if (!reader) std::abort();
  read(**reader, "u-mirrored");
  Json times;
  times["mirror_alone_ns"] = read((*reader)->platform(), "u-mirrored");
  times["nothing_queued_ns"] = read(**reader, "u-mirrored");
  queue.enqueue(1, std::chrono::seconds(60), 1);
  times["another_queued_ns"] = read(**reader, "u-mirrored");
  times["itself_queued_ns"] = read(**reader, "u-0");
  return times;
}

Json long_queue(Queue& queue, std::uint64_t size) {
  using namespace std::chrono_literals;
  const auto first = queue.next();
  Json times;
  times["enqueue_per_s"] = {queue.enqueue(kMany, 1h, size / 10)["per_s"]};
  queue.enqueue(kMany, 1h, size * 8 / 10);
  times["enqueue_per_s"].push_back(queue.enqueue(kMany, 1h, size / 10)["per_s"]);
  times["list_us"] = {queue.list(first), queue.list(first + size / 2),
                      queue.list(first + size - kPage)};
  times["finish_per_s"] = {queue.finish(first, kMany, size / 10)};
  queue.finish(first + size / 10, kMany, size * 8 / 10);
  times["finish_per_s"].push_back(queue.finish(first + size * 9 / 10, kMany, size / 10));
  return times;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be measured ends loudly
int main(int argc, char** argv) {
  std::string directory;
  double seconds = 3;
  std::uint64_t size = 100'000;
  int rounds = 5;
  CLI::App app("What it costs to take writes in");
  app.add_option("--directory", directory)->required();
  app.add_option("--seconds", seconds);
  app.add_option("--rounds", rounds);
  app.add_option("--queue", size);
  CLI11_PARSE(app, argc, argv);
  const auto time =
      std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));

  uv_loop_t loop;
  uv_loop_init(&loop);
  Json result;
  {
    loop::SystemClock clock(loop);
    SystemRandom random;
    const auto key = store::parse_store_key(std::string(64, '7'));
    auto stores = store::open_stores({directory + "/store", *key, "bench", random, clock});
    auto alone = store::open_stores({directory + "/alone", *key, "bench", random, clock});
    if (!stores || !alone) {
      std::fprintf(stderr, "no store can be made in %s\n", directory.c_str());
      return 1;
    }
    Queue queue(loop, **stores);
    result["reads"] = reads(**stores, queue);
    for (int round = 0; round < rounds; ++round) {
      for (const std::size_t writers : {std::size_t{1}, kMany}) {
        auto& row = result["rounds"].emplace_back();
        row["writers"] = writers;
        row["bare"] = bare(directory + "/bare.db", writers, time);
        row["limit"] = limit(**alone, writers, time);
        row["ours"] = queue.enqueue(writers, time);
      }
    }
    const auto queued = queue.next();
    queue.finish(0, kMany, queued);
    if (size > 0) result["long_queue"] = long_queue(queue, size);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  std::printf("%s\n", result.dump().c_str());
}
