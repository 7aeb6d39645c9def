#include "sync/brake_rule.h"

#include <algorithm>

namespace icure::sync {
namespace {

constexpr std::uint64_t kSmallKind = 5;  // below so many rows, half of them is nothing unusual

bool holds(const std::vector<std::string>& sorted, const std::string& id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

}  // namespace

bool trips(std::uint64_t rows, std::uint64_t going, BrakeLimits limits) {
  if (rows >= kSmallKind && going * 2 >= rows) return true;
  return going > limits.count && going * 100 > limits.percent * rows;
}

Verdict judge(const Loss& loss, const StandingIds& standing, BrakeLimits limits) {
  Verdict verdict;
  const auto sort_out = [&](const std::vector<std::string>& ids,
                            std::vector<std::string> Loss::*member) {
    for (const auto& id : ids) {
      auto& into = holds(standing.open, id)        ? verdict.held_before
                   : holds(standing.discarded, id) ? verdict.kept
                                                   : verdict.go;
      (into.*member).push_back(id);
    }
  };
  sort_out(loss.absent, &Loss::absent);
  sort_out(loss.disabled, &Loss::disabled);
  const auto size = [](const Loss& some) { return some.absent.size() + some.disabled.size(); };
  // What was discarded counts no more: the rest must grow by the limits again.
  const auto going = size(verdict.go) + size(verdict.held_before);
  const bool never = loss.nothing_listed && loss.rows > 0;
  if (never || trips(loss.rows, going, limits)) std::swap(verdict.go, verdict.held_anew);
  return verdict;
}

}  // namespace icure::sync
