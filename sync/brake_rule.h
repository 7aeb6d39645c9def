// The brake's rule: what of a change goes on, and what waits for a person. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace icure::sync {

struct BrakeLimits {
  std::uint64_t percent = 5;  ///< Of the kind's rows; both must be exceeded.
  std::uint64_t count = 20;
};

/// What a sweep met of one kind.
struct Loss {
  std::uint64_t rows = 0;             ///< That the mirror has.
  bool nothing_listed = false;        ///< The platform lists none of the kind.
  std::vector<std::string> absent;    ///< Rows that no list names any more.
  std::vector<std::string> disabled;  ///< Users whose status left ACTIVE.
};

/// Ids in the order of ids, as the batches that stand hold them.
struct StandingIds {
  std::vector<std::string> open;
  std::vector<std::string> discarded;
};

/// What becomes of a loss. `go` is done at once, after the platform has confirmed it; `held`
/// waits in a batch, `kept` is ignored because somebody decided so.
struct Verdict {
  Loss go;
  Loss held_before;
  Loss held_anew;
  Loss kept;
};

/// Whether so many changes at once are too many to believe.
bool trips(std::uint64_t rows, std::uint64_t going, BrakeLimits limits);

Verdict judge(const Loss& loss, const StandingIds& standing, BrakeLimits limits);

}  // namespace icure::sync
