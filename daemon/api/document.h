// Documents as they may leave the program.
#pragma once
#include <string>

#include "daemon/base/kind.h"
#include "ipc/access.h"
#include "store/mirror.h"

namespace icure::api {

/// The row's document without what never goes out (a user's passwordHash, the values of tokens),
/// and without the members that the caller's rules hide. Where it shows queued changes, `pending`
/// lists their items to everybody; otherwise it is byte by byte as the platform sent it.
std::string outward(const ipc::Grant& grant, Kind kind, store::Row row);

/// A top-level member that is a string; empty if it is missing or something else.
std::string text_member(const std::string& json, std::string_view name);

/// Whether the top level has a member of that name that is not null.
bool has_member(const std::string& json, std::string_view name);

}  // namespace icure::api
