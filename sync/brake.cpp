#include "sync/brake.h"

#include <algorithm>

#include "daemon/base/notable.h"

namespace icure::sync {
namespace {

void count(store::Batch& batch, const std::vector<store::HeldRow>& rows) {
  batch.deletes = batch.disables = batch.hides = 0;
  for (const auto& row : rows) {
    switch (row.what) {
      case store::HeldChange::deletion:
        ++batch.deletes;
        break;
      case store::HeldChange::disabling:
        ++batch.disables;
        break;
      case store::HeldChange::hiding:
        ++batch.hides;
        break;
    }
  }
}

std::vector<std::string> ids_of(const std::vector<store::HeldRow>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.id);
  return ids;
}

Error no_such_batch() {
  return {Code::not_found, "there is no such batch",
          "icurectl status shows what is held back, with its id"};
}

}  // namespace

Brake::Brake(store::Ledger& ledger, Background& ledger_thread, const Clock& clock, Random& random,
             std::vector<store::StandingBatch> standing)
    : ledger_(ledger),
      ledger_thread_(ledger_thread),
      clock_(clock),
      random_(random),
      standing_(std::move(standing)) {
  count_cut_off();
}

bool Brake::cut_off(const std::string& user_id) const {
  return cut_off_.contains(user_id) || seen_.contains(user_id);
}

std::vector<store::Batch> Brake::open() const {
  std::vector<store::Batch> found;
  for (const auto& each : standing_) {
    if (each.batch.state == store::BatchState::open) found.push_back(each.batch);
  }
  return found;
}

std::vector<std::string> Brake::standing_disables(Kind kind) const {
  std::vector<std::string> ids;
  for (const auto& each : standing_) {
    if (each.batch.kind != kind) continue;
    for (const auto& row : each.rows) {
      if (row.what == store::HeldChange::disabling) ids.push_back(row.id);
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::unordered_map<std::string, store::HeldChange> Brake::held(Kind kind) const {
  std::unordered_map<std::string, store::HeldChange> found;
  for (const auto& each : standing_) {
    if (each.batch.kind != kind || each.batch.state != store::BatchState::open) continue;
    for (const auto& row : each.rows) found.emplace(row.id, row.what);
  }
  return found;
}

void Brake::saw_disabled(const std::vector<std::string>& user_ids) {
  seen_.insert(user_ids.begin(), user_ids.end());
}

void Brake::saw_log_in(const std::string& user_id) {
  cut_off_.erase(user_id);
  seen_.erase(user_id);
}

store::StandingBatch* Brake::open_of(Kind kind) {
  for (auto& each : standing_) {
    if (each.batch.kind == kind && each.batch.state == store::BatchState::open) return &each;
  }
  return nullptr;
}

Verdict Brake::judge(Kind kind, const Loss& loss) const {
  StandingIds ids;
  for (const auto& each : standing_) {
    if (each.batch.kind != kind) continue;
    auto& into = each.batch.state == store::BatchState::open ? ids.open : ids.discarded;
    const auto more = ids_of(each.rows);
    into.insert(into.end(), more.begin(), more.end());
  }
  std::sort(ids.open.begin(), ids.open.end());
  std::sort(ids.discarded.begin(), ids.discarded.end());
  return sync::judge(loss, ids, limits_);
}

Task<Result<Held>> Brake::hold(Kind kind, std::vector<store::HeldRow> rows,
                               std::vector<std::string> still_discarded, std::uint64_t decisions) {
  auto* open = open_of(kind);
  const bool being_decided = open && open->batch.id == deciding_;
  if (being_decided || decisions != decisions_[index_of(kind)]) co_return Held::superseded;
  const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(rows.begin(), rows.end(), by_id);
  std::sort(still_discarded.begin(), still_discarded.end());
  std::vector<store::StandingBatch> changed;
  if (open && open->rows != rows) {
    changed.push_back({open->batch, std::move(rows)});
    if (changed.back().rows.empty()) changed.back().batch.state = store::BatchState::withdrawn;
  } else if (!open && !rows.empty()) {
    store::Batch batch;
    batch.id = uuid4(random_);
    batch.kind = kind;
    batch.since = clock_.wall();
    changed.push_back({std::move(batch), std::move(rows)});
  }
  for (const auto& each : standing_) {
    if (each.batch.kind != kind || each.batch.state != store::BatchState::discarded) continue;
    auto left = each;
    std::erase_if(left.rows, [&still_discarded](const store::HeldRow& row) {
      return !std::binary_search(still_discarded.begin(), still_discarded.end(), row.id);
    });
    if (left.rows != each.rows) changed.push_back(std::move(left));
  }
  for (auto& batch : changed) {
    // A withdrawn batch keeps the numbers that it had.
    if (batch.batch.state == store::BatchState::open) count(batch.batch, batch.rows);
    auto kept = co_await keep(std::move(batch));
    if (!kept) co_return kept.error();
  }
  co_return Held::noted;
}

void Brake::walked() {
  seen_.clear();
}

/// Writes the batch to the ledger, then counts it.
Task<Result<Done>> Brake::keep(store::StandingBatch batch) {
  auto job = [this, &batch] { return ledger_.keep_batch(batch.batch, batch.rows); };
  auto kept = co_await ledger_thread_.run(std::move(job));
  if (!kept) co_return kept.error();
  const auto at = std::find_if(standing_.begin(), standing_.end(), [&batch](const auto& each) {
    return each.batch.id == batch.batch.id;
  });
  const auto& facts = batch.batch;
  if (at == standing_.end()) {
    log::note(
        log::Notable::braked,
        fmt::format("brake: {} deletions, {} hidings and {} disablings of {} are held as "
                    "batch {}",
                    facts.deletes, facts.hides, facts.disables, name_of(facts.kind), facts.id),
        {{"batch", facts.id}, {"kind", std::string(name_of(facts.kind))}});
    standing_.push_back(std::move(batch));
  } else {
    if (facts.state == store::BatchState::withdrawn) {
      log::info("brake: batch {} is withdrawn: the platform took it back", facts.id);
    }
    *at = std::move(batch);
  }
  std::erase_if(standing_, [](const auto& each) { return each.rows.empty(); });
  count_cut_off();
  co_return Done{};
}

void Brake::count_cut_off() {
  cut_off_.clear();
  for (const auto& each : standing_) {
    if (each.batch.kind != Kind::user) continue;
    for (const auto& row : each.rows) {
      // What is merely on no list may be the fault of a list.
      if (row.what != store::HeldChange::hiding) cut_off_.insert(row.id);
    }
  }
}

Task<Result<store::StandingBatch>> Brake::begin_decision(std::string batch_id) {
  auto job = [this, &batch_id] { return ledger_.batch(batch_id); };
  auto batch = co_await ledger_thread_.run(std::move(job));
  if (!batch) {
    if (batch.error().code == Code::not_found) co_return no_such_batch();
    co_return batch.error();
  }
  const auto at = std::find_if(standing_.begin(), standing_.end(), [&batch_id](const auto& each) {
    return each.batch.id == batch_id && each.batch.state == store::BatchState::open;
  });
  if (at == standing_.end()) {
    co_return Error{Code::conflict, "this batch waits for no decision any more",
                    "icurectl status shows what is held back now"};
  }
  if (!deciding_.empty()) {
    co_return Error{Code::conflict, "a decision is being carried out",
                    "wait until it is done, then look at icurectl status"};
  }
  deciding_ = batch_id;
  co_return *at;
}

Task<Result<store::Batch>> Brake::end_decision(std::optional<store::BatchState> state) {
  const auto id = std::exchange(deciding_, "");
  const auto at = std::find_if(standing_.begin(), standing_.end(),
                               [&id](const auto& each) { return each.batch.id == id; });
  if (at == standing_.end()) co_return no_such_batch();
  auto decided = *at;
  ++decisions_[index_of(decided.batch.kind)];
  if (!state) co_return decided.batch;
  decided.batch.state = *state;
  if (*state == store::BatchState::applied) decided.rows.clear();
  auto answer = decided.batch;
  auto kept = co_await keep(std::move(decided));
  if (!kept) co_return kept.error();
  log::info("brake: batch {} is {}", answer.id,
            *state == store::BatchState::applied ? "applied" : "discarded");
  co_return answer;
}

}  // namespace icure::sync
