// The part of a sweep that settles what no list names any more.
#include <algorithm>
#include <unordered_set>

#include "sync/chunks.h"
#include "sync/sweep.h"
#include "sync/sweep_part.h"

namespace icure::sync {

/// Asks the type's own byIds about these ids: it alone tells a deletion from a race, since the
/// data owner endpoints hide soft-deleted documents. What is alive is stored; a patient that is
/// alive, shared with us and all the same on no list goes to `unlisted`.
Task<Answer<std::vector<store::Departure>>> Sweeper::confirm(
    Part& part, std::vector<std::string> ids, std::vector<store::Departure>& unlisted,
    std::stop_token stop) {
  std::vector<store::Departure> departed;
  std::vector<std::string> doubtful;  // somebody read them meanwhile: not gone
  for (Chunks chunks(std::move(ids), options_.page_size); !chunks.empty();) {
    auto chunk = chunks.next();
    std::unordered_set<std::string> missing(chunk.begin(), chunk.end());
    auto kept = co_await documents(part.kind, std::move(chunk), stop);
    if (!kept) co_return kept.error();
    const auto asked = kept->asked;
    const auto answered = kept->answered;
    for (const auto& document : kept->page.documents) {
      store::Departure departure{std::string(document.id), std::string(document.rev),
                                 store::Gone::deleted, asked, answered};
      missing.erase(departure.id);
      if (wire::is_deleted(document.json)) {
        departed.push_back(std::move(departure));
      } else if (part.kind == Kind::patient) {
        departure.how = store::Gone::hidden;
        const bool shared = wire::shared_with_any(document.json, part.owners);
        (shared ? unlisted : departed).push_back(std::move(departure));
      }
    }
    for (const auto& id : missing) {
      departed.push_back({id, "", store::Gone::purged, asked, answered});
    }
    auto stored = co_await keep(part, std::move(*kept), std::nullopt, doubtful);
    if (!stored) co_return stored.error();
  }
  co_return departed;
}

/// Who of these patients is on no list when the lists are asked for again: hidden from us.
Task<Answer<std::vector<store::Departure>>> Sweeper::still_unlisted(
    Part& part, std::vector<store::Departure> unlisted, std::stop_token stop) {
  for (const auto& owner : part.owners) {
    auto matched = co_await match(part, patients_of_filter(owner), Listed::alive, stop);
    if (!matched) co_return matched.error();
  }
  auto job = [this, &part] { return mirror_.absent(part.kind, part.asked); };
  auto absent = co_await mirror_thread_.run(std::move(job));
  if (!absent) co_return fault_of(absent.error());
  std::erase_if(unlisted, [&absent](const store::Departure& departure) {
    return !std::binary_search(absent->begin(), absent->end(), departure.id);
  });
  co_return unlisted;
}

/// Removes what is gone, and says that the kind was checked.
Task<Answer<Done>> Sweeper::settle(Part& part, Depth depth, std::stop_token stop) {
  auto job = [this, &part] { return mirror_.absent(part.kind, part.asked); };
  auto absent = co_await mirror_thread_.run(std::move(job));
  if (!absent) co_return fault_of(absent.error());
  // A patient who is shared with several of us was listed several times.
  part.counts.seen = part.held - std::min<std::uint64_t>(absent->size(), part.held) + part.unknown;
  std::vector<store::Departure> unlisted;
  auto departed = co_await confirm(part, std::move(*absent), unlisted, stop);
  if (!departed) co_return departed.error();
  if (!unlisted.empty()) {
    auto hidden = co_await still_unlisted(part, std::move(unlisted), stop);
    if (!hidden) co_return hidden.error();
    std::move(hidden->begin(), hidden->end(), std::back_inserter(*departed));
    auto fetched = co_await fetch(part, Source::wanted, stop);  // what the new lists brought
    if (!fetched) co_return fetched.error();
  }
  const auto as_of = depth == Depth::full ? std::optional(part.as_of) : std::nullopt;
  auto remove = [this, &part, as_of, &departed]() -> Result<std::uint64_t> {
    auto removed = mirror_.finish_sweep(part.kind, *departed, as_of);
    if (!removed || part.kind != Kind::patient || !part.asked_at) return removed;
    auto ticked = mirror_.set_ticked(part.kind, *part.asked_at);
    if (!ticked) return ticked.error();
    return removed;
  };
  auto removed = co_await mirror_thread_.run(std::move(remove));
  if (!removed) co_return fault_of(removed.error());
  part.counts.deleted += *removed;
  co_return Done{};
}

}  // namespace icure::sync
