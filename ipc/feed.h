// What a client is told without asking for each: notifications, taken when there is room for them.
#pragma once
#include <cstddef>
#include <string>

namespace icure::ipc {

/// Loop thread only. One for a connection; keeps where the client is, not what it has not read.
class Feed {
 public:
  virtual ~Feed() = default;
  /// Appends whole lines to `out` (append_notification()) until they have `room` bytes or a little
  /// more. Returns whether it has more at once; it is asked again when there is room, or when
  /// Caller::pour_feed is called.
  virtual bool pour(std::string& out, std::size_t room) = 0;
};

}  // namespace icure::ipc
