#include "sync/refresh.h"

#include <algorithm>

#include "sync/id_scanner.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLongestWait = 2s;  // what a reader waits for the platform at most
// A page that was asked for earlier may come later, and the mirror cannot tell which is newer.
constexpr int kMostRounds = 3;

Task<Done> stop_after(Clock& clock, Millis delay, std::stop_token done, std::stop_source limit) {
  auto slept = co_await clock.sleep(delay, done);
  if (slept) limit.request_stop();
  co_return Done{};
}

}  // namespace

Task<bool> Refresher::by_ids(Kind kind, std::vector<std::string> ids, std::stop_token stop) {
  if (!engine_.connection().online || ids.empty()) co_return false;
  std::stop_source limit;
  auto asking = ask_ids(kind, std::move(ids), limit.get_token());
  co_return co_await bounded(std::move(asking), limit, stop);
}

Task<bool> Refresher::any_of(std::vector<Kind> kinds, std::vector<std::string> ids,
                             std::stop_token stop) {
  if (!engine_.connection().online || ids.empty()) co_return false;
  std::stop_source limit;
  auto asking = ask_kinds(std::move(kinds), std::move(ids), limit.get_token());
  co_return co_await bounded(std::move(asking), limit, stop);
}

Task<bool> Refresher::user_by(store::Key key, std::string value, std::stop_token stop) {
  if (!engine_.connection().online) co_return false;
  std::stop_source limit;
  auto asking = ask_user(key, std::move(value), limit.get_token());
  co_return co_await bounded(std::move(asking), limit, stop);
}

Task<bool> Refresher::users_of(std::vector<Kind> owner_kinds, std::string owner,
                               std::vector<std::string> known, std::stop_token stop) {
  if (!engine_.connection().online) co_return false;
  std::stop_source limit;
  auto asking =
      ask_users_of(std::move(owner_kinds), std::move(owner), std::move(known), limit.get_token());
  co_return co_await bounded(std::move(asking), limit, stop);
}

Task<bool> Refresher::kinds(std::vector<Kind> kinds, IdsByKind shown, std::stop_token stop) {
  if (!engine_.connection().online) co_return false;
  std::stop_source limit;
  auto asking = tick(std::move(kinds), std::move(shown), limit.get_token());
  co_return co_await bounded(std::move(asking), limit, stop);
}

Task<Answer<Done>> Refresher::read(Kind kind, std::vector<std::string> ids, std::stop_token stop) {
  for (int rounds = 0; rounds < kMostRounds; ++rounds) {
    bool doubtful = false;
    auto asked = co_await ask_ids(kind, ids, stop, &doubtful);
    if (!asked || !doubtful) co_return asked;
  }
  co_return Done{};  // whoever is faster each time has brought what we asked for
}

/// Runs `asking`, which ends when `limit` is stopped: after 2 s, or when the daemon stops.
Task<bool> Refresher::bounded(Task<Answer<Done>> asking, std::stop_source limit,
                              std::stop_token stop) {
  std::stop_callback end(stop, [&limit] {
    // By a copy: this task may end, and take `limit` with it, while the stop is told.
    std::stop_source(limit).request_stop();
  });
  std::stop_source done;
  auto timer = stop_after(clock_, kLongestWait, done.get_token(), limit);
  timer.start();
  auto answered = co_await asking;
  done.request_stop();
  co_await timer;
  if (answered) {
    engine_.succeeded();
    co_return true;
  }
  engine_.failed(answered.error());
  co_return false;
}

Task<Answer<Done>> Refresher::ask_kinds(std::vector<Kind> kinds, std::vector<std::string> ids,
                                        std::stop_token stop) {
  for (const auto kind : kinds) {
    auto asked = co_await ask_ids(kind, ids, stop);
    if (!asked) co_return asked;
  }
  co_return Done{};
}

Task<Answer<Done>> Refresher::ask_ids(Kind kind, std::vector<std::string> ids, std::stop_token stop,
                                      bool* doubtful) {
  auto body = co_await rest_.by_ids(kind, ids, stop);
  if (!body) co_return body.error();
  co_return co_await store_answer(kind, std::move(ids), std::move(*body), doubtful);
}

Task<Answer<Done>> Refresher::ask_users_of(std::vector<Kind> owner_kinds, std::string owner,
                                           std::vector<std::string> known, std::stop_token stop) {
  for (const auto kind : owner_kinds) {
    if (kind == Kind::device) continue;  // only the mirror knows whose they are
    auto body = co_await rest_.users_of(kind, owner, stop);
    if (!body) co_return body.error();
    IdScanner scanner;
    std::vector<std::string> ids;
    if (!scanner.feed(body->text, ids) || !scanner.complete()) {
      co_return Fault{Cause::bad_answer, 200, "the users of a data owner are no list of ids"};
    }
    known.insert(known.end(), ids.begin(), ids.end());
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  if (known.empty()) co_return Done{};
  co_return co_await ask_ids(Kind::user, std::move(known), stop);
}

Task<Answer<Done>> Refresher::tick(std::vector<Kind> kinds, IdsByKind shown, std::stop_token stop) {
  for (auto& of : shown) {
    if (of.second.empty()) continue;
    auto asked = co_await ask_ids(of.first, std::move(of.second), stop);
    if (!asked) co_return asked.error();
  }
  Counts counts;
  auto faults = co_await sweeper_.sweep(std::move(kinds), Depth::quick, counts, stop);
  if (!faults.empty()) co_return faults.begin()->second;
  co_return Done{};
}

Task<Answer<Done>> Refresher::ask_user(store::Key key, std::string value, std::stop_token stop) {
  auto body = co_await rest_.user_by(key, std::move(value), stop);
  if (body) {
    body->text = "[" + std::move(body->text) + "]";
    std::vector<std::string> nobody_else;
    co_return co_await store_answer(Kind::user, std::move(nobody_else), std::move(*body));
  }
  if (body.error().status == 404) co_return Done{};
  co_return body.error();
}

/// Stores what came, and removes those asked for that are gone. A single answer moves no `as_of`.
/// `doubtful` outlives the task; set if the mirror kept something that was answered later.
Task<Answer<Done>> Refresher::store_answer(Kind kind, std::vector<std::string> asked_for,
                                           std::optional<Body> body, bool* doubtful) {
  auto parse = [&body] { return wire::parse_documents(std::move(body->text)); };
  auto page = co_await parser_.run(std::move(parse));
  if (!page) co_return page.error();
  std::vector<store::Departure> departed;
  for (const auto& document : page->documents) {
    std::erase(asked_for, document.id);
    if (wire::is_deleted(document.json)) {
      departed.push_back({std::string(document.id), std::string(document.rev), store::Gone::deleted,
                          body->asked, body->answered});
    }
  }
  for (auto& id : asked_for) {
    departed.push_back({std::move(id), "", store::Gone::purged, body->asked, body->answered});
  }
  auto job = [&]() -> Result<Done> {
    auto& documents = page->documents;
    std::erase_if(documents, [](const auto& d) { return wire::is_deleted(d.json); });
    auto applied = mirror_.apply(kind, documents, body->asked, body->answered, std::nullopt);
    if (!applied) return applied.error();
    bool kept = !applied->doubtful.empty();
    if (!departed.empty()) {
      auto removed = mirror_.finish_sweep(kind, departed, std::nullopt);
      if (!removed) return removed.error();
      kept = kept || *removed < departed.size();
    }
    if (doubtful) *doubtful = kept;
    return mirror_.flush();
  };
  auto stored = co_await mirror_thread_.run(std::move(job));
  if (!stored) co_return fault_of(stored.error());
  co_return Done{};
}

}  // namespace icure::sync
