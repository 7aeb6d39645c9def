#include "sync/approve.h"

namespace icure::sync {

Task<Result<store::Batch>> Approver::decide(std::string batch_id, Decision decision,
                                            std::stop_token stop) {
  auto standing = co_await brake_.begin_decision(std::move(batch_id));
  if (!standing) co_return standing.error();
  if (decision == Decision::discard) {
    co_return co_await brake_.end_decision(store::BatchState::discarded);
  }
  if (auto not_now = engine_.why_not_now()) {
    co_await brake_.end_decision(std::nullopt);
    co_return std::move(*not_now);
  }
  const auto kind = standing->batch.kind;
  std::vector<std::string> ids;
  for (auto& row : standing->rows) ids.push_back(std::move(row.id));
  auto followed = co_await sweeper_.follow(kind, std::move(ids), stop);
  if (followed) {
    engine_.succeeded();
    co_return co_await brake_.end_decision(store::BatchState::applied);
  }
  engine_.failed(followed.error());
  co_await brake_.end_decision(std::nullopt);
  co_return error_of(followed.error());
}

}  // namespace icure::sync
