// What a begun sweep has seen on the platform, compared with what is stored. Internal; throws
// SQLite::Exception.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "store/mirror_intake.h"

namespace icure::store {

/// See the calls of these names of MirrorWriter.
class SweepPresence {
 public:
  /// `intake` outlives it.
  explicit SweepPresence(MirrorIntake& intake) : intake_(intake) {}

  /// Needs a sweep. Returns those of `ids` that are not stored.
  std::vector<std::string_view> mark(Kind kind, const std::vector<std::string>& ids);
  void unmark(Kind kind, const std::vector<std::string>& ids);

  Result<std::vector<std::string>> absent(Kind kind, Order asked);
  Result<std::vector<std::string>> passed_over(Kind kind);
  Result<std::vector<std::string>> after(Kind kind, const std::string& id, std::size_t limit);
  Result<std::vector<std::string>> outdated(Kind kind, const std::vector<Stub>& stubs);

 private:
  bool is_present(Kind kind, std::string_view id);
  bool was_overtaken(Kind kind, std::string_view id, Order asked);
  Result<Done> index_sweep(Kind kind);

  MirrorIntake& intake_;
};

}  // namespace icure::store
