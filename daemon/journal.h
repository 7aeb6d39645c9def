// The journal of systemd, for the log lines that are known by name.
#pragma once

namespace icure::journal {

/// From now on they carry a MESSAGE_ID and fields such as ICURE_CAUSE. Without a journal they go
/// the way of all other lines.
void take_notables();

}  // namespace icure::journal
