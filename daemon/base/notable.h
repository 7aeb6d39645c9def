// Log lines that are known by name: what an administrator waits for or is alarmed by.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "daemon/base/log.h"

namespace icure::log {

enum class Notable {
  serving,
  stopping,
  online,
  offline,
  sync_failed,
  braked,
  held,
  mended,
  audit_broken,
  config_refused,
};

struct NotableFacts {
  Notable what;
  std::string_view name;  ///< The member "event" of a JSON line.
  Level level;
  /// Of the journal: `journalctl -x` explains it, by systemd/icure-syncd.catalog.
  std::string_view message_id;
};

/// Each that there is, in the order of Notable.
const std::array<NotableFacts, 10>& notables();

/// One line, with the fields beside it in the journal and in JSON: ids, counts and words, as in
/// every line. Any thread.
void note(Notable what, std::string_view line, const std::vector<Field>& fields = {});

/// Takes a line for the journal; false if it cannot.
using Journal = bool (*)(const NotableFacts& facts, std::string_view line,
                         const std::vector<Field>& fields);

/// Where they go in place of the error stream while the format is that of the journal. Before the
/// first note().
void send_notables_to(Journal journal);

}  // namespace icure::log
