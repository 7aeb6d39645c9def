// The part of a sweep that reads documents by id.
#include <algorithm>
#include <unordered_set>

#include "sync/sweep.h"
#include "sync/sweep_part.h"

namespace icure::sync {
namespace {

/// Those of `ids` that have no document here.
std::vector<std::string> missing_from(const wire::Page& page, std::vector<std::string> ids) {
  std::unordered_set<std::string_view> there;
  for (const auto& document : page.documents) there.insert(document.id);
  std::erase_if(ids, [&there](const std::string& id) { return there.contains(id); });
  return ids;
}

}  // namespace

/// Documents of these ids: as many as there are, soft-deleted ones included.
Task<Answer<Sweeper::Kept>> Sweeper::documents(Part& part, std::vector<std::string> ids,
                                               std::stop_token stop) {
  auto wanted = ids;
  auto body = co_await rest_.by_ids(part.kind, std::move(ids), stop);
  if (!body) co_return body.error();
  auto parse = [&body, press = part.press.get()] {
    auto parsed = wire::parse_documents(std::move(body->text));
    if (parsed && press) press->press(parsed->documents);
    return parsed;
  };
  auto page = co_await parser_.run(std::move(parse));
  if (!page) co_return page.error();
  if (page->documents.size() > wanted.size()) {
    co_return Fault{Cause::oversized, 200, "more documents than were asked for"};
  }
  for (const auto& document : page->documents) {
    costs_[index_of(part.kind)].document(document.json.size());
  }
  co_return Kept{std::move(*page), std::move(wanted), body->asked, body->answered};
}

/// Hands a page to the mirror. Soft-deleted documents are left out, and with those that did not
/// come taken for absent, although a list may have named them a moment ago: confirm() has the last
/// word.
Task<Answer<Done>> Sweeper::keep(Part& part, Kept kept, std::optional<std::string> cursor,
                                 std::vector<std::string>& doubtful, store::Origin origin) {
  std::unique_ptr<store::Press> press;
  auto job = [this, &part, &kept, &cursor, &press, origin]() -> Result<store::Applied> {
    auto& documents = kept.page.documents;
    std::erase_if(documents, [](const auto& d) { return wire::is_deleted(d.json); });
    if (documents.size() < kept.wanted.size()) {
      auto noted = mirror_.mark_absent(part.kind, missing_from(kept.page, std::move(kept.wanted)));
      if (!noted) return noted.error();
    }
    auto taken = mirror_.apply(part.kind, documents, kept.asked, kept.answered, cursor, origin);
    if (!part.press) press = mirror_.make_press(part.kind);
    return taken;
  };
  auto applied = co_await mirror_thread_.run(std::move(job));
  if (!applied) co_return fault_of(applied.error());
  if (press) part.press = std::move(press);
  part.counts.added += applied->added;
  part.counts.changed += applied->changed;
  brake_.saw_disabled(applied->put_aside);
  std::move(applied->doubtful.begin(), applied->doubtful.end(), std::back_inserter(doubtful));
  co_return Done{};
}

/// Counts what the mirror would do with a page.
Task<Answer<Done>> Sweeper::weigh(Part& part, Kept kept) {
  auto job = [this, &part, &kept] {
    auto& documents = kept.page.documents;
    std::erase_if(documents, [](const auto& d) { return wire::is_deleted(d.json); });
    return mirror_.compare(part.kind, documents);
  };
  auto weighed = co_await mirror_thread_.run(std::move(job));
  if (!weighed) co_return fault_of(weighed.error());
  part.counts.changed += weighed->changed;
  auto& aside = part.disabled_ids;
  aside.insert(aside.end(), weighed->put_aside.begin(), weighed->put_aside.end());
  co_return Done{};
}

/// For a plan, where the kind is read without a probe.
Task<Answer<Done>> Sweeper::pull_plan(Part& part, std::stop_token stop) {
  for (std::string after; part.pull;) {
    auto ids = co_await next_ids(part.kind, Source::present, after);
    if (!ids) co_return fault_of(ids.error());
    if (ids->empty()) break;
    auto kept = co_await documents(part, std::move(*ids), stop);
    if (!kept) co_return kept.error();
    auto weighed = co_await weigh(part, std::move(*kept));
    if (!weighed) co_return weighed.error();
  }
  co_return Done{};
}

Task<Result<std::vector<std::string>>> Sweeper::next_ids(Kind kind, Source source,
                                                         std::string& after) {
  auto job = [this, kind, source, &after] {
    if (source == Source::wanted) return mirror_.take_wanted(kind, options_.page_size);
    return mirror_.present_after(kind, after, options_.page_size);
  };
  auto ids = co_await mirror_thread_.run(std::move(job));
  if (ids && !ids->empty()) after = ids->back();
  co_return ids;
}

/// Reads and stores documents, chunk by chunk; the next chunk is on its way while this one is
/// stored.
Task<Answer<Done>> Sweeper::fetch(Part& part, Source source, std::stop_token stop) {
  // A row that is answered by someone else while we ask stays doubtful and is asked again; a
  // third time nobody is in our way any more, or the next sweep finds it.
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> doubtful;
    std::string after;
    std::optional<Task<Answer<Kept>>> coming;
    for (bool more = true; more || coming;) {
      auto ids = co_await next_ids(part.kind, source, after);
      std::optional<Answer<Kept>> kept;
      if (coming) {
        auto& under_way = *coming;  // g++ 12 would copy the task in `co_await *coming`
        kept.emplace(co_await under_way);
        coming.reset();
      }
      if (!ids) co_return fault_of(ids.error());
      if (kept && !*kept) co_return kept->error();
      more = !ids->empty();
      if (more) {
        coming.emplace(documents(part, std::move(*ids), stop));
        coming->start();
      }
      if (!kept) continue;
      auto stored = co_await keep(part, std::move(**kept), std::nullopt, doubtful);
      if (!stored) {
        if (coming) {
          auto& left = *coming;
          co_await left;  // a task that is under way must not be destroyed
        }
        co_return stored.error();
      }
    }
    if (doubtful.empty()) break;
    source = Source::wanted;
    auto want = [this, &part, &doubtful] { return mirror_.want(part.kind, doubtful); };
    auto wanted = co_await mirror_thread_.run(std::move(want));
    if (!wanted) co_return fault_of(wanted.error());
  }
  co_return Done{};
}

}  // namespace icure::sync
