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
  auto asking = ask_ours(kind, std::move(ids), limit.get_token());
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
    auto asked = co_await ask_ids(kind, ids, Strangers::stored, stop);
    if (!asked) co_return asked.error();
    if (!asked->doubtful) break;
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
    auto asked = co_await ask_ours(kind, ids, stop);
    if (!asked) co_return asked;
  }
  co_return Done{};
}

/// For ids of a reader's choice.
Task<Answer<Done>> Refresher::ask_ours(Kind kind, std::vector<std::string> ids,
                                       std::stop_token stop) {
  auto asked = co_await ask_ids(kind, std::move(ids), Strangers::left, stop);
  if (!asked) co_return asked.error();
  if (!asked->strangers) co_return Done{};
  std::vector<Kind> kinds{kind};
  IdsByKind nothing_shown;
  co_return co_await tick(std::move(kinds), std::move(nothing_shown), stop);
}

Task<Answer<Refresher::Stored>> Refresher::ask_ids(Kind kind, std::vector<std::string> ids,
                                                   Strangers strangers, std::stop_token stop) {
  auto body = co_await rest_.by_ids(kind, ids, stop);
  if (!body) co_return body.error();
  co_return co_await store_answer(kind, std::move(ids), std::move(*body), strangers);
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
  auto asked = co_await ask_ids(Kind::user, std::move(known), Strangers::stored, stop);
  if (!asked) co_return asked.error();
  co_return Done{};
}

Task<Answer<Done>> Refresher::tick(std::vector<Kind> kinds, IdsByKind shown, std::stop_token stop) {
  for (auto& of : shown) {
    if (of.second.empty()) continue;
    auto asked = co_await ask_ids(of.first, std::move(of.second), Strangers::left, stop);
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
    auto stored = co_await store_answer(Kind::user, std::move(nobody_else), std::move(*body),
                                        Strangers::stored);
    if (!stored) co_return stored.error();
    co_return Done{};
  }
  if (body.error().status == 404) co_return Done{};
  co_return body.error();
}

/// Stores what came, and removes those asked for that are gone. A single answer moves no `as_of`.
Task<Answer<Refresher::Stored>> Refresher::store_answer(Kind kind,
                                                        std::vector<std::string> asked_for,
                                                        std::optional<Body> body,
                                                        Strangers strangers) {
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
  auto job = [&]() -> Result<Stored> {
    Stored stored;
    auto& documents = page->documents;
    std::erase_if(documents, [](const auto& d) { return wire::is_deleted(d.json); });
    if (kind == Kind::patient && strangers == Strangers::left) {
      auto left = leave_strangers(documents);
      if (!left) return left.error();
      stored.strangers = *left;
    }
    auto applied = mirror_.apply(kind, documents, body->asked, body->answered, std::nullopt);
    if (!applied) return applied.error();
    stored.doubtful = !applied->doubtful.empty();
    if (!departed.empty()) {
      auto removed = mirror_.finish_sweep(kind, departed, std::nullopt);
      if (!removed) return removed.error();
      stored.doubtful = stored.doubtful || removed->kept != 0;
    }
    auto flushed = mirror_.flush();
    if (!flushed) return flushed.error();
    return stored;
  };
  auto stored = co_await mirror_thread_.run(std::move(job));
  if (!stored) co_return fault_of(stored.error());
  co_return *stored;
}

/// Takes the patients that the mirror does not hold from the documents; true: there were some. On
/// the mirror's thread.
Result<bool> Refresher::leave_strangers(std::vector<store::Document>& patients) {
  std::vector<store::Document> ours;
  for (const auto& patient : patients) {
    auto compared = mirror_.compare(Kind::patient, {patient});
    if (!compared) return compared.error();
    if (compared->added == 0) ours.push_back(patient);
  }
  const bool some = ours.size() < patients.size();
  patients = std::move(ours);
  return some;
}

}  // namespace icure::sync
