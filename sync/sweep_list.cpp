// The part of a sweep that learns what exists: users page by page, ids as `match` streams them.
#include "sync/sweep.h"
#include "sync/sweep_part.h"

namespace icure::sync {

/// Reads all users; the next page is on its way while this one is stored.
Task<Answer<Done>> Sweeper::walk_users(Part& part, std::string cursor, std::stop_token stop) {
  std::vector<std::string> doubtful;
  std::optional<Task<Answer<Body>>> coming;
  auto from = wire::from_cursor(cursor);
  coming.emplace(rest_.users_page(from, options_.page_size, stop));
  coming->start();
  while (coming) {
    auto& under_way = *coming;  // g++ 12 would copy the task in `co_await *coming`
    auto body = co_await under_way;
    coming.reset();
    if (!body) co_return body.error();
    auto parse = [&body] { return wire::parse_page(std::move(body->text)); };
    auto page = co_await parser_.run(std::move(parse));
    if (!page) co_return page.error();
    if (page->documents.size() > options_.page_size) {
      co_return Fault{Cause::oversized, 200, "a page of users has more rows than were asked for"};
    }
    std::optional<std::string> resume;
    if (auto next = std::move(page->next)) {
      if (page->documents.empty() || (from && from->start_id == next->start_id)) {
        co_return Fault{Cause::bad_answer, 200, "a page of users leads back to itself"};
      }
      resume = wire::to_cursor(*next);
      from = next;
      coming.emplace(rest_.users_page(std::move(next), options_.page_size, stop));
      coming->start();
    }
    part.counts.seen += page->documents.size();
    Kept kept{std::move(*page), {}, body->asked, body->answered};
    auto stored = co_await keep(part, std::move(kept), std::move(resume), doubtful);
    if (!stored) {
      if (coming) {
        auto& left = *coming;
        co_await left;  // a task that is under way must not be destroyed
      }
      co_return stored.error();
    }
  }
  auto want = [this, &part, &doubtful] { return mirror_.want(part.kind, doubtful); };
  auto wanted = co_await mirror_thread_.run(std::move(want));
  if (!wanted) co_return fault_of(wanted.error());
  co_return Done{};
}

/// Asks for the ids of one filter; notes them as alive and wants those that the mirror lacks.
Task<Answer<Done>> Sweeper::match(Part& part, std::string filter, std::stop_token stop) {
  IdStream stream;
  auto asking = rest_.match(part.kind, std::move(filter), stream, stop);
  asking.start();
  std::optional<Fault> failed;
  for (;;) {
    auto ids = co_await stream.next();
    if (ids.empty()) break;
    if (failed) continue;  // the transfer must end all the same
    part.listed += ids.size();
    auto mark = [this, &part, &ids] { return mirror_.mark_present(part.kind, ids); };
    auto unknown = co_await mirror_thread_.run(std::move(mark));
    if (unknown) {
      part.unknown += *unknown;
    } else {
      failed = fault_of(unknown.error());
    }
  }
  auto body = co_await asking;
  if (!body) co_return body.error();
  if (failed) co_return *failed;
  // What came after the first list was asked for is not absent.
  if (part.asked == 0) part.asked = body->asked;
  co_return Done{};
}

/// The data owners whose patients are mirrored.
Task<Answer<std::vector<std::string>>> Sweeper::owners(std::stop_token stop) {
  if (!options_.patients_of.empty()) co_return options_.patients_of;
  auto body = co_await rest_.hierarchy(stop);
  if (!body) {
    Fault fault = body.error();
    if (fault.cause == Cause::refused && fault.status == 404) {
      fault = Fault{Cause::permission, 404,
                    "the daemon's user is no data owner: set [mirror] patients_of"};
    }
    co_return fault;
  }
  auto stubs = wire::parse_stubs(std::move(body->text));
  if (!stubs) co_return stubs.error();
  std::vector<std::string> ids;
  for (const auto& stub : stubs->stubs) ids.emplace_back(stub.id);
  co_return ids;
}

}  // namespace icure::sync
