#include "daemon/api/reads.h"

#include <algorithm>

namespace icure::api {

Meta with_source(Meta meta, const Found& found) {
  const bool pending = std::any_of(found.hits.begin(), found.hits.end(),
                                   [](const auto& hit) { return !hit.row.pending.empty(); });
  if (pending) meta.source = Source::outbox;
  return meta;
}

void sort_by_id(Found& found) {
  std::sort(found.hits.begin(), found.hits.end(),
            [](const auto& a, const auto& b) { return a.row.id < b.row.id; });
}

sync::IdsByKind ids_of(const Found& found) {
  sync::IdsByKind ids;
  for (const auto& hit : found.hits) ids[hit.kind].push_back(hit.row.id);
  return ids;
}

Task<Result<Found>> list_kinds(Directory& directory, std::vector<Kind> kinds,
                               store::ListQuery query) {
  auto job = [&directory, &kinds, &query]() -> Result<Found> {
    const auto limit = query.limit;
    ++query.limit;  // one more than asked tells whether there is a next page
    Found found;
    for (const auto kind : kinds) {
      auto rows = directory.scan.list(kind, query);
      if (!rows) {
        directory.scan.end_turn();
        return rows.error();
      }
      for (auto& row : *rows) found.hits.push_back({kind, std::move(row)});
    }
    directory.scan.end_turn();
    sort_by_id(found);
    if (found.hits.size() > limit) {
      found.hits.resize(limit);
      found.next = to_cursor(found.hits.back().row.id);
    }
    return found;
  };
  co_return co_await directory.scanner.run(std::move(job));
}

Task<Result<Found>> search_kinds(Directory& directory, std::vector<Kind> kinds, std::string text,
                                 std::size_t limit, store::Sight sight) {
  auto job = [&directory, &kinds, &text, limit, sight]() -> Result<Found> {
    Found found;
    for (const auto kind : kinds) {
      auto rows = directory.scan.search(kind, text, limit, sight);
      if (!rows) {
        directory.scan.end_turn();
        return rows.error();
      }
      for (auto& row : *rows) found.hits.push_back({kind, std::move(row)});
    }
    directory.scan.end_turn();
    sort_by_id(found);
    if (found.hits.size() > limit) found.hits.resize(limit);
    return found;
  };
  co_return co_await directory.scanner.run(std::move(job));
}

Result<Done> check_ids(const std::optional<std::vector<std::string>>& ids) {
  if (!ids || ids->size() <= static_cast<std::size_t>(kMostRows)) return Done{};
  return Error{Code::invalid, "ids: at most 1000 at a time"};
}

Result<Found> rows_of(Directory& directory, const std::vector<Kind>& kinds,
                      std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Found found;
  for (const auto& id : ids) {
    for (const auto kind : kinds) {
      auto row = directory.point.get(kind, id);
      if (row) {
        found.hits.push_back({kind, std::move(*row)});
      } else if (row.error().code != Code::not_found) {
        return row.error();
      }
    }
  }
  return found;
}

Result<Done> check_members(const ipc::Grant& grant, Kind kind,
                           std::initializer_list<std::string_view> members, const char* why) {
  for (const auto member : members) {
    if (grant.may_look_up_by(kind, member)) continue;
    return Error{Code::forbidden,
                 std::string(why) + " looks at the member " + std::string(member) + " of kind " +
                     std::string(name_of(kind)) + ", which your access rule does not show",
                 "ask the administrator of this machine ([[access]] fields." +
                     std::string(name_of(kind)) + ")"};
  }
  return Done{};
}

}  // namespace icure::api
