// Three versions of a document made one: an edit of ours meets a change of somebody else. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"

namespace icure::sync::write {

/// A member that we and they changed, each differently. Values as JSON; empty: no such member.
struct Conflict {
  std::string member;  ///< As a JSON pointer, such as "/properties".
  std::string base;
  std::string ours;
  std::string theirs;
};

struct Merge {
  std::string document;  ///< To be PUT: theirs, with our edit. Empty on a conflict.
  bool changes = false;  ///< Whether it differs from theirs; if not, nothing is to be PUT.
  std::vector<Conflict> conflicts;  ///< Empty: the document is good.
};

/// Lays `patch` (RFC 7396, made against `base`) over `theirs`, the platform's document of now;
/// with base as theirs it is just the edit. Members that the patch does not name stay as they
/// have them, also those that we do not know; nested objects are merged, arrays are values. Absent,
/// null and empty are the same, as for the platform, and so are sets in another order. Members
/// that are untouchable (members.h) come from theirs alone.
/// Fails with invalid if one of the three is not a JSON object.
Result<Merge> merge(std::string_view base, std::string_view patch, std::string_view theirs);

}  // namespace icure::sync::write
