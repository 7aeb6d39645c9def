// Room on the store's disk.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/doctor/finding.h"

namespace icure::doctor {

/// In bytes.
struct Room {
  std::uint64_t free = 0;  ///< For the daemon, which is not root.
  std::uint64_t store = 0;
  bool names = true;  ///< There may be more files.
};

/// Of the disk that `directory` is on, or will be. Nothing: it cannot be looked at.
std::optional<Room> room_of(const std::string& directory);

/// A mirror that is made anew stands beside the old one for a while: so much must be free, and some
/// more.
Finding check_disk(const std::optional<Room>& room);

}  // namespace icure::doctor
