#include "store/condition.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

namespace icure::store {

Condition::Is Condition::look(std::uint64_t floor) const {
  struct statvfs disk {};
  if (::statvfs(directory_.c_str(), &disk) != 0) return Is::sound;
  if (doubted_ || (disk.f_flag & ST_RDONLY) != 0) return Is::disk_locked;
  if (std::uint64_t{disk.f_bavail} * disk.f_frsize < floor) return Is::disk_full;
  return Is::sound;
}

/// Of the lock's file, whose content is nobody's.
bool Condition::takes_writes() const {
  const int file = ::open((directory_ + "/lock").c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno != EROFS;
  const bool wrote = ::pwrite(file, "", 1, 0) == 1 || errno == ENOSPC || errno == EDQUOT;
  ::close(file);
  return wrote;
}

Result<Done> Condition::check() {
  if (doubted_ && takes_writes()) doubted_ = false;
  const auto found = glance();
  if (found == Is::sound) return Done{};
  return error_of(found);
}

Condition::Is Condition::glance() {
  auto found = Is::ledger_damaged;
  if (!damaged_) found = locked_ ? Is::ledger_locked : look(kFloor);
  last_ = found;
  return found;
}

Result<Done> Condition::check_disk(std::uint64_t floor) const {
  const auto found = look(floor);
  if (found == Is::sound) return Done{};
  return error_of(found);
}

Error error_of(Condition::Is condition) {
  switch (condition) {
    case Condition::Is::disk_full:
      return {Code::read_only, "the disk is full, or nearly: nothing new is taken in",
              "free some space on the disk of the store; the daemon goes on by itself"};
    case Condition::Is::disk_locked:
      return {Code::read_only,
              "the disk of the store takes no writes; it may have been made read-only",
              "see dmesg for why; mount it writable again, then restart the daemon"};
    case Condition::Is::ledger_locked:
      return {
          Code::read_only, "the ledger stays locked: nothing new is taken in",
          "end other programs that have ledger.db open, or restart the daemon: systemctl restart "
          "icure-syncd"};
    case Condition::Is::ledger_damaged:
      return {Code::read_only, "the ledger is damaged: nothing new is taken in",
              "stop the daemon, save what can be read (icurectl store export), then bring a backup "
              "back (icurectl backup restore)"};
    case Condition::Is::sound:
      break;
  }
  return {Code::internal, "the store is sound"};
}

}  // namespace icure::store
