// What the lists and searches of users and data owners have in common.
#pragma once
#include <string>
#include <vector>

#include "daemon/api/directory.h"

namespace icure::api {

inline constexpr std::int64_t kDefaultLimit = 100;
inline constexpr std::int64_t kMostRows = 1000;

/// Rows of some kinds in the order of their ids, with the cursor of the next page if there is one.
struct Found {
  struct Hit {
    Kind kind;
    store::Row row;
  };
  std::vector<Hit> hits;
  std::string next;
};

/// What `meta` is to say of rows that were read for it.
Meta with_source(Meta meta, const Found& found);

void sort_by_id(Found& found);

/// The page of `kinds` after `query.after`, read on the scanner thread. What is referred to
/// outlives the task.
Task<Result<Found>> list_kinds(Directory& directory, std::vector<Kind> kinds,
                               store::ListQuery query);

/// Up to `limit` rows that match `text`.
Task<Result<Found>> search_kinds(Directory& directory, std::vector<Kind> kinds, std::string text,
                                 std::size_t limit, store::Sight sight = store::Sight::plain);

sync::IdsByKind ids_of(const Found& found);

/// Of the param `ids` of a list: not too many.
Result<Done> check_ids(const std::optional<std::vector<std::string>>& ids);

/// The rows of these ids that exist, in the order of ids. Loop thread; `ids` is short.
Result<Found> rows_of(Directory& directory, const std::vector<Kind>& kinds,
                      std::vector<std::string> ids);

/// Fails with forbidden if the caller's rules hide one of the members that an answer would tell
/// something about. `why` says what looks at them, such as "search".
Result<Done> check_members(const ipc::Grant& grant, Kind kind,
                           std::initializer_list<std::string_view> members, const char* why);

}  // namespace icure::api
