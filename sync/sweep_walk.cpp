// The part of a sweep that reads all users page by page, on three threads at once: while one page
// is stored, the one after it is made ready, and the third is on its way.
#include "sync/sweep.h"
#include "sync/sweep_part.h"

namespace icure::sync {

/// How far a walk has come.
struct Sweeper::Walk {
  std::optional<wire::NextPage> from;          // the place of the page that is under way
  std::optional<Task<Answer<Body>>> asked;     // for it; started
  std::optional<Task<Answer<Kept>>> prepared;  // the page before it, or this one; started
};

void Sweeper::ask(Walk& walk, std::optional<wire::NextPage> from, std::stop_token stop) {
  walk.from = from;
  walk.asked.emplace(rest_.users_page(std::move(from), options_.page_size, stop));
  walk.asked->start();
}

void Sweeper::prepare(Part& part, Walk& walk, std::stop_token stop) {
  walk.prepared.emplace(next_page(part, walk, stop));
  walk.prepared->start();
}

/// The page that was asked for, pressed. As soon as it says where the next one starts, that is
/// asked for too.
Task<Answer<Sweeper::Kept>> Sweeper::next_page(Part& part, Walk& walk, std::stop_token stop) {
  auto& under_way = *walk.asked;  // g++ 12 would copy the task in `co_await *walk.asked`
  auto body = co_await under_way;
  walk.asked.reset();
  if (!body) co_return body.error();
  auto parse = [&body] { return wire::parse_page(std::move(body->text)); };
  auto page = co_await parser_.run(std::move(parse));
  if (!page) co_return page.error();
  if (page->documents.size() > options_.page_size) {
    co_return Fault{Cause::oversized, 200, "a page of users has more rows than were asked for"};
  }
  if (page->next) {
    // Who has another login since may stand at the beginning of two pages: only the same place is
    // no progress.
    if (page->documents.empty() || walk.from == page->next) {
      co_return Fault{Cause::bad_answer, 200, "a page of users leads back to itself"};
    }
    ask(walk, page->next, stop);
  }
  if (auto* press = part.press.get()) {
    auto job = [press, &page] {
      press->press(page->documents);
      return Done{};
    };
    co_await parser_.run(std::move(job));
  }
  co_return Kept{std::move(*page), {}, body->asked, body->answered};
}

/// Reads and stores all users from that cursor on.
Task<Answer<Done>> Sweeper::walk_users(Part& part, Depth depth, std::string cursor,
                                       std::stop_token stop) {
  std::vector<std::string> doubtful;
  Walk walk;
  ask(walk, wire::from_cursor(cursor), stop);
  prepare(part, walk, stop);
  Answer<Done> stored = Done{};
  while (walk.prepared) {
    auto& page_before = *walk.prepared;
    auto kept = co_await page_before;
    walk.prepared.reset();
    if (!stored) break;
    if (!kept) {
      stored = kept.error();
      break;
    }
    std::optional<std::string> resume;
    if (kept->page.next) {
      resume = wire::to_cursor(*kept->page.next);
      prepare(part, walk, stop);
    }
    part.counts.seen += kept->page.documents.size();
    if (depth == Depth::plan) {
      stored = co_await weigh(part, std::move(*kept));
    } else {
      stored =
          co_await keep(part, std::move(*kept), std::move(resume), doubtful, store::Origin::walk);
    }
  }
  if (walk.asked) {
    auto& left = *walk.asked;
    co_await left;  // a task that is under way must not be destroyed
  }
  if (!stored) co_return stored.error();
  auto want = [this, &part, &doubtful] { return mirror_.want(part.kind, doubtful); };
  auto wanted = co_await mirror_thread_.run(std::move(want));
  if (!wanted) co_return fault_of(wanted.error());
  co_return Done{};
}

}  // namespace icure::sync
