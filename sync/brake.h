// Brake: holds back deletions, hidings and disablings that are too many to believe, until somebody
// decides. What it holds stands in the ledger and survives a restart.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "store/ledger.h"
#include "sync/brake_rule.h"

namespace icure::sync {

enum class Held {
  noted,
  superseded,  ///< Nothing was noted, since somebody decided meanwhile: to be judged anew.
};

/// Loop thread only. What it refers to outlives its tasks.
class Brake {
 public:
  /// `standing`: the ledger's standing_batches() at the start.
  Brake(store::Ledger& ledger, Background& ledger_thread, const Clock& clock, Random& random,
        std::vector<store::StandingBatch> standing);

  void configure(BrakeLimits limits) { limits_ = limits; }

  /// Reads may go on to show a user that the platform disabled or deleted; nobody may go on to
  /// trust it. True as soon as that was seen, whatever was or will be decided.
  bool cut_off(const std::string& user_id) const;
  /// The batches that wait for a decision.
  std::vector<store::Batch> open() const;
  /// Disablings in the kind's batches: only a walk over all users sees them again.
  std::vector<std::string> standing_disables(Kind kind) const;

  /// What the kind's open batch holds, by id.
  std::unordered_map<std::string, store::HeldChange> held(Kind kind) const;

  /// For a sweep: users were seen with another status than ACTIVE, before that is judged.
  void saw_disabled(const std::vector<std::string>& user_ids);
  /// The platform itself let this user in: whatever was seen before is over.
  void saw_log_in(const std::string& user_id);
  /// For a sweep: what of a loss goes on.
  Verdict judge(Kind kind, const Loss& loss) const;
  /// For a sweep: what the kind's open batch holds from now on, and which of the ids that were
  /// discarded are still lost. An open batch that holds nothing any more is withdrawn. `decisions`:
  /// the count when the loss was judged. Fails as the ledger does.
  Task<Result<Held>> hold(Kind kind, std::vector<store::HeldRow> rows,
                          std::vector<std::string> still_discarded, std::uint64_t decisions);
  /// How many decisions about the kind were carried out so far.
  std::uint64_t decisions(Kind kind) const { return decisions_[index_of(kind)]; }

  /// For a sweep: what a walk saw disabled is settled.
  void walked();

  /// Begins a decision about an open batch, and returns it. Fails with not_found, or conflict if it
  /// was decided already or a decision is under way. To be followed by end_decision().
  Task<Result<store::StandingBatch>> begin_decision(std::string batch_id);
  /// applied or discarded, or absent: it stays open. Fails as the ledger does.
  Task<Result<store::Batch>> end_decision(std::optional<store::BatchState> state);

 private:
  store::StandingBatch* open_of(Kind kind);
  Task<Result<Done>> keep(store::StandingBatch batch);
  void count_cut_off();

  store::Ledger& ledger_;
  Background& ledger_thread_;
  const Clock& clock_;
  Random& random_;
  BrakeLimits limits_;
  std::vector<store::StandingBatch> standing_;  // each has rows, in the order of ids
  std::string deciding_;                        // the id of the batch that is being decided
  std::array<std::uint64_t, kAllKinds.size()> decisions_{};
  std::unordered_set<std::string> cut_off_;  // users of standing batches
  std::unordered_set<std::string> seen_;     // users that a walk has put aside so far
};

}  // namespace icure::sync
