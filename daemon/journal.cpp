#include "daemon/journal.h"

#include <fmt/core.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <cctype>

#include "daemon/base/notable.h"

namespace icure::journal {
namespace {

std::string upper(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
  return text;
}

bool send(const log::NotableFacts& facts, std::string_view line,
          const std::vector<log::Field>& fields) {
  std::vector<std::string> entry = {fmt::format("MESSAGE={}", line),
                                    fmt::format("MESSAGE_ID={}", facts.message_id),
                                    fmt::format("PRIORITY={}", log::journal_priority(facts.level)),
                                    "SYSLOG_IDENTIFIER=icure-syncd"};
  for (const auto& [name, value] : fields) {
    entry.push_back(fmt::format("ICURE_{}={}", upper(name), value));
  }
  std::vector<iovec> parts;
  parts.reserve(entry.size());
  for (auto& each : entry) parts.push_back({each.data(), each.size()});
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace

void take_notables() {
  log::send_notables_to(&send);
}

}  // namespace icure::journal
