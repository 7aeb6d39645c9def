// The part of a sweep that reads documents by id.
#include <algorithm>
#include <unordered_set>

#include "sync/sweep.h"

namespace icure::sync {
namespace {

/// A list of ids, a request's worth at a time.
class Chunks {
 public:
  Chunks(std::vector<std::string> ids, std::size_t size) : ids_(std::move(ids)), size_(size) {}
  bool empty() const { return at_ == ids_.size(); }
  std::vector<std::string> next() {
    const auto begin = ids_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ = std::min(ids_.size(), at_ + size_);
    return {begin, ids_.begin() + static_cast<std::ptrdiff_t>(at_)};
  }

 private:
  std::vector<std::string> ids_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace

/// Documents of these ids: as many as there are, soft-deleted ones included.
Task<Answer<Sweeper::Kept>> Sweeper::documents(Kind kind, std::vector<std::string> ids,
                                               std::stop_token stop) {
  const auto count = ids.size();
  auto body = co_await rest_.by_ids(kind, std::move(ids), stop);
  if (!body) co_return body.error();
  auto parse = [&body] { return wire::parse_documents(std::move(body->text)); };
  auto page = co_await parser_.run(std::move(parse));
  if (!page) co_return page.error();
  if (page->documents.size() > count) {
    co_return Fault{Cause::oversized, 200, "more documents than were asked for"};
  }
  co_return Kept{std::move(*page), body->asked, body->answered};
}

/// Hands a page to the mirror. Soft-deleted documents are left out: whether they were mirrored,
/// and go, is for confirm_departed() to say.
Task<Answer<Done>> Sweeper::keep(Kind kind, Kept kept, std::optional<std::string> cursor,
                                 store::KindCounts& counts, std::vector<std::string>& doubtful) {
  auto job = [this, kind, &kept, &cursor] {
    auto& documents = kept.page.documents;
    std::erase_if(documents, [](const auto& d) { return wire::is_deleted(d.json); });
    return mirror_.apply(kind, documents, kept.asked, kept.answered, cursor);
  };
  auto applied = co_await mirror_thread_.run(std::move(job));
  if (!applied) co_return fault_of(applied.error());
  counts.added += applied->added;
  counts.changed += applied->changed;
  std::move(applied->doubtful.begin(), applied->doubtful.end(), std::back_inserter(doubtful));
  co_return Done{};
}

/// Reads and stores the documents of `ids`, chunk by chunk; the next chunk is on its way while
/// this one is stored.
Task<Answer<Done>> Sweeper::fetch(Kind kind, std::vector<std::string> ids,
                                  store::KindCounts& counts, std::stop_token stop) {
  // A row that is answered by someone else while we ask stays doubtful and is asked again; a
  // third time nobody is in our way any more, or the next sweep finds it.
  for (int round = 0; round < 3 && !ids.empty(); ++round) {
    std::vector<std::string> doubtful;
    Chunks chunks(std::move(ids), options_.page_size);
    std::optional<Task<Answer<Kept>>> coming;
    if (!chunks.empty()) coming.emplace(documents(kind, chunks.next(), stop));
    while (coming) {
      auto& under_way = *coming;  // g++ 12 would copy the task in `co_await *coming`
      auto kept = co_await under_way;
      coming.reset();
      if (!kept) co_return kept.error();
      if (!chunks.empty()) {
        coming.emplace(documents(kind, chunks.next(), stop));
        coming->start();
      }
      auto stored = co_await keep(kind, std::move(*kept), std::nullopt, counts, doubtful);
      if (!stored) {
        if (coming) {
          auto& left = *coming;
          co_await left;  // a task that is under way must not be destroyed
        }
        co_return stored.error();
      }
    }
    ids = std::move(doubtful);
  }
  co_return Done{};
}

/// What happened to the rows that no list names any more. Only the type's own byIds tells a
/// deletion from a race: the data owner endpoints hide soft-deleted documents.
Task<Answer<std::vector<store::Departure>>> Sweeper::confirm_departed(Kind kind, store::Order asked,
                                                                      std::uint64_t& count,
                                                                      store::KindCounts& counts,
                                                                      std::stop_token stop) {
  auto job = [this, kind, asked] { return mirror_.absent(kind, asked); };
  auto absent = co_await mirror_thread_.run(std::move(job));
  if (!absent) co_return fault_of(absent.error());
  count = absent->size();
  std::vector<store::Departure> departed;
  std::vector<std::string> doubtful;
  for (Chunks chunks(std::move(*absent), options_.page_size); !chunks.empty();) {
    auto chunk = chunks.next();
    std::unordered_set<std::string> missing(chunk.begin(), chunk.end());
    auto kept = co_await documents(kind, std::move(chunk), stop);
    if (!kept) co_return kept.error();
    for (const auto& document : kept->page.documents) {
      std::string id(document.id);
      missing.erase(id);
      if (wire::is_deleted(document.json)) {
        departed.push_back({std::move(id), std::string(document.rev), store::Gone::deleted});
      } else if (kind == Kind::patient && !wire::shared_with_any(document.json, owners_)) {
        departed.push_back({std::move(id), std::string(document.rev), store::Gone::hidden});
      }
    }
    for (const auto& id : missing) departed.push_back({id, "", store::Gone::purged});
    auto stored = co_await keep(kind, std::move(*kept), std::nullopt, counts, doubtful);
    if (!stored) co_return stored.error();
  }
  co_return departed;
}

}  // namespace icure::sync
