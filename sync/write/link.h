// The address in an invitation: a message from the clinic must never lead elsewhere. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "daemon/base/result.h"

namespace icure::sync::write {

/// Fails with invalid unless `link` is https://HOST..., in plain ASCII without blanks, quotes or a
/// user before the host, and begins with one of `allowed` ([invite] links; empty: any). A prefix
/// that names a host only stands for that host alone, not for longer names that begin with it, and
/// no link climbs out of a prefix by "..".
Result<Done> check_link(std::string_view link, std::span<const std::string> allowed);

}  // namespace icure::sync::write
