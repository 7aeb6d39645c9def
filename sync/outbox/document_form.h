// What an item says about a document that is to be written: the form of its content. Pure.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "sync/write/merge.h"

namespace icure::sync {

/// All members are JSON objects; empty: absent.
struct DocumentForm {
  std::string document;  ///< Of a creation: all of it, with the id chosen for it.
  std::string patch;     ///< Of an edit: an RFC 7396 merge patch.
  std::string base;      ///< The platform's document when the edit was made.
  /// The same with what was queued then, if anything was: the edit was made of this, and whether
  /// the platform has that by now depends on what became of those items.
  std::string shown;
};

std::string to_content(const DocumentForm& form);
/// Fails with corrupt.
Result<DocumentForm> from_content(std::string_view content);

/// The content with both versions of what cannot be merged, for a person to compare:
/// {"conflict": {"rev": "...", "members": [{"member", "base", "ours", "theirs"}]}} beside the form.
std::string with_conflict(std::string_view content, std::string_view theirs,
                          const std::vector<write::Conflict>& conflicts);

/// The `conflict` of such a content, as JSON; empty if it has none.
std::string conflict_in(std::string_view content);

/// Merges the edit into `theirs`. Fails as write::merge().
Result<write::Merge> merge_into(const DocumentForm& form, std::string_view theirs);

/// What the edit and somebody else's document say of each member that the edit names.
std::vector<write::Conflict> differences(const DocumentForm& form, std::string_view theirs);

}  // namespace icure::sync
