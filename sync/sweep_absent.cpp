// The part of a sweep that settles what no list names any more.
#include <algorithm>
#include <unordered_set>

#include "sync/chunks.h"
#include "sync/sweep.h"
#include "sync/sweep_part.h"

namespace icure::sync {
namespace {

std::size_t size_of(const Loss& loss) {
  return loss.absent.size() + loss.disabled.size();
}

}  // namespace

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
    auto kept = co_await documents(part, std::move(chunk), stop);
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

/// What the platform has no more, or no more as ACTIVE.
Task<Answer<Loss>> Sweeper::lost(Part& part, Depth depth) {
  auto job = [this, &part, depth]() -> Result<Loss> {
    Loss loss;
    loss.rows = part.held;
    loss.nothing_listed = part.listed == 0;
    auto absent = mirror_.absent(part.kind, part.asked);
    if (!absent) return absent.error();
    loss.absent = std::move(*absent);
    if (part.kind != Kind::user || depth != Depth::full) return loss;
    auto aside = mirror_.put_aside();
    if (!aside) return aside.error();
    loss.disabled = std::move(*aside);
    return loss;
  };
  auto loss = co_await mirror_thread_.run(std::move(job));
  if (!loss) co_return fault_of(loss.error());
  if (depth == Depth::plan) loss->disabled = std::move(part.disabled_ids);
  if (part.kind == Kind::user && depth == Depth::quick) {
    loss->disabled = brake_.standing_disables(part.kind);
  }
  std::sort(loss->disabled.begin(), loss->disabled.end());
  std::erase_if(loss->disabled, [&loss](const std::string& id) {
    return std::binary_search(loss->absent.begin(), loss->absent.end(), id);
  });
  // A patient who is shared with several of us was listed several times.
  part.counts.seen =
      part.held - std::min<std::uint64_t>(loss->absent.size(), part.held) + part.unknown;
  co_return std::move(*loss);
}

/// Confirms a loss that is believed. What is disabled is read again and stored.
Task<Answer<std::vector<store::Departure>>> Sweeper::go(Part& part, Loss loss,
                                                        std::stop_token stop) {
  std::vector<store::Departure> unlisted;
  auto departed = co_await confirm(part, std::move(loss.absent), unlisted, stop);
  if (!departed) co_return departed.error();
  std::vector<store::Departure> hidden;
  if (!unlisted.empty()) {
    auto still = co_await still_unlisted(part, std::move(unlisted), stop);
    if (!still) co_return still.error();
    hidden = std::move(*still);
  }
  std::move(hidden.begin(), hidden.end(), std::back_inserter(*departed));
  auto want = [this, &part, &loss] { return mirror_.want(part.kind, loss.disabled); };
  auto wanted = co_await mirror_thread_.run(std::move(want));
  if (!wanted) co_return fault_of(wanted.error());
  auto fetched = co_await fetch(part, Source::wanted, stop);
  if (!fetched) co_return fetched.error();
  co_return departed;
}

/// The rows of the kind's batch. Those that enter it are asked by id once, so that it can say what
/// they are; what is alive all the same is on no list any more: hidden.
Task<Answer<std::vector<store::HeldRow>>> Sweeper::held_rows(Part& part, const Verdict& verdict,
                                                             std::stop_token stop) {
  std::vector<store::HeldRow> rows;
  const auto known = brake_.held(part.kind);
  const auto was = [&known](const std::string& id) {
    const auto at = known.find(id);
    return at == known.end() ? store::HeldChange::deletion : at->second;
  };
  for (const auto& id : verdict.held_before.absent) {
    const auto what = was(id);
    const bool came_to_it = what == store::HeldChange::disabling;  // first disabled, then deleted
    rows.push_back({id, came_to_it ? store::HeldChange::deletion : what});
  }
  for (const auto* loss : {&verdict.held_before, &verdict.held_anew}) {
    for (const auto& id : loss->disabled) rows.push_back({id, store::HeldChange::disabling});
  }
  for (Chunks chunks(verdict.held_anew.absent, options_.page_size); !chunks.empty();) {
    auto chunk = chunks.next();
    std::unordered_set<std::string> missing(chunk.begin(), chunk.end());
    auto kept = co_await documents(part, std::move(chunk), stop);
    if (!kept) co_return kept.error();
    for (const auto& document : kept->page.documents) {
      std::string id(document.id);
      missing.erase(id);
      const bool deleted = wire::is_deleted(document.json);
      rows.push_back(
          {std::move(id), deleted ? store::HeldChange::deletion : store::HeldChange::hiding});
    }
    // A platform that lists nothing and knows of nothing has more likely lost its mind.
    const auto unknown = part.listed == 0 ? store::HeldChange::hiding : store::HeldChange::deletion;
    for (const auto& id : missing) rows.push_back({id, unknown});
  }
  co_return rows;
}

/// Removes what is gone and believed to be, and says that the kind was checked.
Task<Answer<Done>> Sweeper::settle(Part& part, Depth depth, std::stop_token stop) {
  auto loss = co_await lost(part, depth);
  if (!loss) co_return loss.error();
  const bool nothing_listed = loss->nothing_listed && loss->rows > 0;
  const auto decisions = brake_.decisions(part.kind);
  auto verdict = brake_.judge(part.kind, *loss);
  if (depth == Depth::plan) {
    part.counts.deleted = verdict.go.absent.size();
    part.counts.held = size_of(verdict.held_before) + size_of(verdict.held_anew);
    part.disabled = verdict.go.disabled.size();
    co_return Done{};
  }
  auto rows = co_await held_rows(part, verdict, stop);
  if (!rows) co_return rows.error();
  auto departed = co_await go(part, std::move(verdict.go), stop);
  if (!departed) co_return departed.error();

  part.counts.held = rows->size();
  auto kept = std::move(verdict.kept.absent);
  std::move(verdict.kept.disabled.begin(), verdict.kept.disabled.end(), std::back_inserter(kept));
  auto held = co_await brake_.hold(part.kind, std::move(*rows), std::move(kept), decisions);
  if (!held) co_return fault_of(held.error());

  // platform: without its index a filter answers an empty list with status 200. Then nothing was
  // checked to the end; nor was it where rows were lost of which no batch tells.
  std::optional<WallTime> as_of;
  const bool checked = !nothing_listed && *held == Held::noted;
  if (depth == Depth::full && checked) as_of = part.as_of;
  auto remove = [this, &part, as_of, &departed]() -> Result<store::Departed> {
    auto removed = mirror_.finish_sweep(part.kind, *departed, as_of);
    if (!removed || part.kind != Kind::patient || !part.asked_at) return removed;
    auto ticked = mirror_.set_ticked(part.kind, *part.asked_at);
    if (!ticked) return ticked.error();
    return removed;
  };
  auto removed = co_await mirror_thread_.run(std::move(remove));
  if (!removed) co_return fault_of(removed.error());
  part.counts.deleted += removed->removed;
  if (part.kind == Kind::user && depth == Depth::full) brake_.walked();
  co_return Done{};
}

Task<Answer<Done>> Sweeper::follow(Kind kind, std::vector<std::string> ids, std::stop_token stop) {
  store::KindCounts counts;
  Part part(kind, counts);
  if (kind == Kind::patient) {
    auto ours = co_await owners(stop);
    if (!ours) co_return ours.error();
    part.owners = std::move(*ours);
  }
  std::vector<store::Departure> unlisted;  // shared with us: they stay
  auto departed = co_await confirm(part, std::move(ids), unlisted, stop);
  if (!departed) co_return departed.error();
  auto remove = [this, kind, &departed]() -> Result<Done> {
    auto removed = mirror_.finish_sweep(kind, *departed, std::nullopt);
    if (!removed) return removed.error();
    return mirror_.sync();  // the ledger is about to forget that these were held
  };
  auto removed = co_await mirror_thread_.run(std::move(remove));
  if (!removed) co_return fault_of(removed.error());
  co_return Done{};
}

}  // namespace icure::sync
