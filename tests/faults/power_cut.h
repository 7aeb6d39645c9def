// PowerCut: what a disk holds after the power failed. A VFS over SQLite's own that remembers what
// was written and not synced; at a cut any of that may be lost, sector by sector and in any order.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/fakes/seeded_random.h"

namespace icure::faults {

/// SQLite opens every file through it as long as it lives; all must be closed again by then. One
/// thread. Syncs reach no disk: what is durable is known here.
class PowerCut {
 public:
  explicit PowerCut(std::uint64_t seed);
  ~PowerCut();
  PowerCut(const PowerCut&) = delete;
  PowerCut& operator=(const PowerCut&) = delete;

  /// The power fails in the middle of the operation after so many more: a write, sync, truncation
  /// or removal. From then on every one fails.
  void cut_after(std::uint64_t operations) { left_ = operations; }
  bool is_cut() const { return left_ == 0; }
  /// Makes the files what the disk holds, and the power is back. All files must be closed.
  void settle();
  std::uint64_t operations() const { return operations_; }

 private:
  struct Change {
    std::int64_t at = 0;  // for a truncation the new size
    std::string bytes;    // empty: a truncation
  };
  struct Kept {
    std::string durable;
    bool name_durable = true;
    std::vector<Change> pending;  // oldest first
  };
  struct File;
  struct Calls;

  enum class Power { on, failing, off };

  bool survives(std::uint64_t percent) { return random_.percent(percent); }
  Power power();
  Kept& kept(const std::string& path);
  void synced(Kept& file);
  void removed(const std::string& path, bool durably);
  std::string after_cut(const Kept& file, std::uint64_t percent);

  fakes::SeededRandom random_;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::map<std::string, Kept> files_;
  std::map<std::string, Kept> removed_;  // and may be there again
  std::uint64_t left_ = UINT64_MAX;
  std::uint64_t operations_ = 0;
};

}  // namespace icure::faults
