// Condition: whether the store may take in something new. Where the disk is nearly full it may not,
// so that there is room to finish what was accepted before; nor where the disk takes no writes, nor
// where the ledger is damaged or stays locked. Reads go on in all of them.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "daemon/base/result.h"

namespace icure::store {

/// Any thread.
class Condition {
 public:
  enum class Is { sound, disk_full, disk_locked, ledger_locked, ledger_damaged };

  /// Below this much free space nothing new is taken in, in bytes. The audit log goes on to half of
  /// it: it must not eat up what is kept for the ledger.
  static constexpr std::uint64_t kFloor = std::uint64_t{16} << 20;

  /// `directory` is the store's.
  explicit Condition(std::string directory) : directory_(std::move(directory)) {}

  /// Looks. Fails with read_only where nothing new may be taken in. A disk that cannot be looked at
  /// passes: whoever writes there says what is wrong.
  Result<Done> check();
  /// The same, but writes nothing and so is through at once, whatever the disk does.
  Is glance();
  /// Looks at the disk alone, for what needs no ledger.
  Result<Done> check_disk(std::uint64_t floor = kFloor) const;

  /// A write failed, and not for lack of room: from now on check() tries one itself, until it is
  /// through. Not every kernel says of a disk that it made it read-only.
  void note_failed_write() { doubted_ = true; }
  /// Until the next start.
  void note_damaged_ledger() { damaged_ = true; }
  /// A change waited for the ledger in vain; false: one was committed.
  void note_locked_ledger(bool locked) { locked_ = locked; }
  /// What check() found last.
  Is last() const { return last_; }

 private:
  Is look(std::uint64_t floor) const;
  bool takes_writes() const;

  const std::string directory_;  // of the store
  std::atomic<bool> damaged_ = false;
  std::atomic<bool> locked_ = false;
  std::atomic<bool> doubted_ = false;
  std::atomic<Is> last_ = Is::sound;
};

/// In words for a person, with what helps.
Error error_of(Condition::Is condition);

}  // namespace icure::store
