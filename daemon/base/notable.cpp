#include "daemon/base/notable.h"

#include <algorithm>

namespace icure::log {
namespace {

Journal journal_of_system = nullptr;

}  // namespace

const std::array<NotableFacts, 10>& notables() {
  static constexpr std::array<NotableFacts, 10> kAll = {
      {{Notable::serving, "serving", Level::info, "1e58c17f0b914688a967d84e261067c9"},
       {Notable::stopping, "stopping", Level::info, "366f91076993400b976a0fe1e09102ad"},
       {Notable::online, "online", Level::info, "0f7de4d4f26648b5b3bc80231d089ae1"},
       {Notable::offline, "offline", Level::warning, "f680095320e243f1b1aa3e485d64d3f8"},
       {Notable::sync_failed, "sync_failed", Level::warning, "b500fb4b67154ad294784450a32ab3fc"},
       {Notable::braked, "braked", Level::warning, "cea3bf55eef5421f8918dc637495a3f2"},
       {Notable::held, "held", Level::warning, "d631334159ef4a0f871294a75c2fcc32"},
       {Notable::mended, "mended", Level::warning, "db17a2c4b56542428cb2fecd4566b2a1"},
       {Notable::audit_broken, "audit_broken", Level::error, "2dec3fc39ec5412c8d9d7502230c4092"},
       {Notable::config_refused, "config_refused", Level::error,
        "c823d330b6f24a94a06d7bb87758eaef"}}};
  return kAll;
}

void note(Notable what, std::string_view line, const std::vector<Field>& fields) {
  const auto& facts = notables()[static_cast<std::size_t>(what)];
  if (!enabled(facts.level)) return;
  const bool taken =
      format() == Format::journal && journal_of_system && journal_of_system(facts, line, fields);
  if (taken) return;
  auto named = fields;
  named.push_back({"event", std::string(facts.name)});
  write(facts.level, line, named);
}

void send_notables_to(Journal journal) {
  journal_of_system = journal;
}

}  // namespace icure::log
