#include "sync/write/merge.h"

#include <algorithm>
#include <array>

#include "sync/write/json.h"
#include "sync/write/members.h"

namespace icure::sync::write {
namespace {

bool is_empty(const Json& value) {
  return value.is_null() || (value.is_structured() && value.empty());
}

/// Members that the platform keeps as sets: it gives them in any order.
bool is_set(std::string_view member) {
  constexpr std::array<std::string_view, 5> kSets = {"codes", "permissions", "properties", "roles",
                                                     "tags"};
  return std::find(kSets.begin(), kSets.end(), member) != kSets.end();
}

bool same(const std::string& member, const Json& one, const Json& other) {
  if (is_empty(one) && is_empty(other)) return true;
  if (one == other) return true;
  if (!is_set(member) || !one.is_array() || !other.is_array()) return false;
  auto left = one;
  auto right = other;
  std::sort(left.begin(), left.end());
  std::sort(right.begin(), right.end());
  return left == right;
}

std::string text_or_nothing(const Json& value) {
  return value.is_null() ? std::string() : dump(value);
}

/// `member` as a step of a JSON pointer.
std::string step(const std::string& member) {
  std::string escaped = "/";
  for (const char c : member) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

class Merger {
 public:
  explicit Merger(Merge& merge) : merge_(merge) {}

  /// Deep at most kMaxDepth, as the patch is.
  void object(const std::string& path, const Json& base, const Json& patch, Json& theirs) {
    for (const auto& [name, asked] : patch.items()) {
      if (path.empty() && is_untouchable(name)) continue;
      one(path + step(name), name, base, asked, theirs);
    }
  }

 private:
  void one(const std::string& path, const std::string& name, const Json& base_parent,
           const Json& asked, Json& theirs_parent) {
    const auto& base = member(base_parent, name);
    const auto& theirs = member(theirs_parent, name);
    auto ours = base;
    ours.merge_patch(asked);
    if (same(name, ours, theirs) || same(name, ours, base)) return;
    if (same(name, base, theirs)) {
      merge_.changes = true;
      if (ours.is_null()) {
        theirs_parent.erase(name);
      } else {
        theirs_parent[name] = std::move(ours);
      }
    } else if (asked.is_object() && theirs.is_object() && (base.is_object() || base.is_null())) {
      object(path, base, asked, theirs_parent[name]);
    } else {
      merge_.conflicts.push_back(
          {path, text_or_nothing(base), text_or_nothing(ours), text_or_nothing(theirs)});
    }
  }

  Merge& merge_;
};

}  // namespace

Result<Merge> merge(std::string_view base, std::string_view patch, std::string_view theirs) {
  const auto base_json = parse_object(base);
  const auto patch_json = parse_object(patch);
  auto merged = parse_object(theirs);
  if (!base_json || !patch_json || !merged) {
    return Error{Code::invalid, "an edit cannot be merged: a part of it is not a JSON object",
                 "make the change again"};
  }
  Merge result;
  Merger(result).object("", *base_json, *patch_json, *merged);
  if (result.conflicts.empty()) result.document = dump(*merged);
  return result;
}

}  // namespace icure::sync::write
