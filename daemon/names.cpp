#include "daemon/names.h"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <limits>
#include <optional>

namespace icure {
namespace {

/// Nothing if `text` is no number; the greatest one means "no id" to the kernel.
std::optional<Result<unsigned>> number(const std::string& text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) return {};
  if (read.ec != std::errc() || value == std::numeric_limits<unsigned>::max()) {
    return Result<unsigned>(Error{Code::invalid, text + " is too large for an id"});
  }
  return Result<unsigned>(value);
}

}  // namespace

Result<uid_t> user_id(const std::string& name) {
  if (auto id = number(name)) return *id;
  if (const auto* entry = getpwnam(name.c_str())) return entry->pw_uid;
  return Error{Code::invalid, "this machine has no user \"" + name + "\""};
}

Result<gid_t> group_id(const std::string& name) {
  if (auto id = number(name)) return *id;
  if (const auto* entry = getgrnam(name.c_str())) return entry->gr_gid;
  return Error{Code::invalid, "this machine has no group \"" + name + "\""};
}

}  // namespace icure
