#include "daemon/api/owner_search_api.h"

#include <unordered_set>

#include "daemon/api/document.h"
#include "daemon/api/freshness_params.h"
#include "daemon/api/owner_kinds.h"
#include "daemon/api/schemas.h"

namespace icure::api {
namespace {

using ipc::param;

// Of a text that narrows an exact value: enough for any word that a person types beside a number.
constexpr std::size_t kMostNarrowing = 10'000;

/// What a search by a word looks at, by kind; a rule that hides one of it forbids the search.
Result<Done> check_search(const ipc::Grant& grant, Kind kind) {
  switch (kind) {
    case Kind::device:
      return check_members(grant, kind, {"name", "identifiers", "serialNumber", "externalId"},
                           "a search");
    case Kind::hcp:
      return check_members(
          grant, kind,
          {"name", "firstName", "lastName", "addresses", "ssin", "nihii", "identifier"},
          "a search");
    default:
      return check_members(
          grant, kind,
          {"firstName", "lastName", "addresses", "ssin", "dateOfBirth", "identifier", "externalId"},
          "a search");
  }
}

/// By what was opened only a caller may search who could see all of it.
store::Sight sight_of(const ipc::Grant& grant) {
  const bool all = grant.decrypted(Kind::patient) && grant.fields(Kind::patient) == nullptr;
  return all ? store::Sight::decrypted : store::Sight::plain;
}

}  // namespace

constexpr auto OwnerSearch::params() {
  return std::tuple_cat(
      std::tuple(param("text", &OwnerSearch::text,
                       "beginnings of words of the name or e-mail, or digits of a phone or number"),
                 param("type", &OwnerSearch::type, "only this kind; absent: all you may read")
                     .allowed({"hcp", "patient", "device"}),
                 param("dateOfBirth", &OwnerSearch::dateOfBirth, "a patient's, as YYYYMMDD")
                     .range(0, 99'991'231),
                 param("ssin", &OwnerSearch::ssin, "the whole social security number"),
                 param("identifier", &OwnerSearch::identifier, "the whole value of an identifier"),
                 param("limit", &OwnerSearch::limit, "most rows; default 100").range(1, kMostRows)),
      freshness_params<OwnerSearch>());
}

Result<Done> OwnerSearch::check() const {
  if (text || dateOfBirth || ssin || identifier) return Done{};
  return Error{Code::invalid, "give at least one of text, dateOfBirth, ssin and identifier"};
}

void OwnerSearchApi::register_on(ipc::Methods& methods) {
  methods.add({"owner.search", ipc::Role::reader,
               "Data owners by the beginnings of words, date of birth or numbers",
               rows_schema("TypedDataOwner"), ipc::Effect::reads},
              *this, &OwnerSearchApi::search);
}

/// Rows that have all of the exact values that the request names. Scan thread.
Result<Found> OwnerSearchApi::exact(const std::vector<Kind>& kinds, const OwnerSearch& request,
                                    store::Sight sight) const {
  std::vector<std::pair<store::Key, std::string>> wanted;
  if (request.dateOfBirth) {
    wanted.emplace_back(store::Key::date_of_birth, std::to_string(*request.dateOfBirth));
  }
  if (request.ssin) wanted.emplace_back(store::Key::ssin, *request.ssin);
  if (request.identifier) wanted.emplace_back(store::Key::identifier, *request.identifier);
  Found found;
  for (const auto kind : kinds) {
    std::optional<std::vector<store::Row>> rows;
    for (const auto& [key, value] : wanted) {
      auto matches = directory_.scan.find(kind, key, value, sight);
      if (!matches) return matches.error();
      if (!rows) {
        rows = std::move(*matches);
        continue;
      }
      std::unordered_set<std::string> ids;
      for (auto& match : *matches) ids.insert(std::move(match.id));
      std::erase_if(*rows, [&ids](const store::Row& row) { return !ids.contains(row.id); });
    }
    for (auto& row : *rows) found.hits.push_back({kind, std::move(row)});
  }
  sort_by_id(found);
  return found;
}

Task<Result<Found>> OwnerSearchApi::hits(std::vector<Kind> kinds, const OwnerSearch& request,
                                         store::Sight sight) {
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kDefaultLimit));
  const bool by_value = request.dateOfBirth || request.ssin || request.identifier;
  Found found;
  if (by_value) {
    auto job = [this, &kinds, &request, sight] {
      auto rows = exact(kinds, request, sight);
      directory_.scan.end_turn();
      return rows;
    };
    auto rows = co_await directory_.scanner.run(std::move(job));
    if (!rows) co_return rows.error();
    found = std::move(*rows);
  }
  if (request.text) {
    // With an exact value the text only narrows: then it must not be cut off before the two meet.
    const auto most = by_value ? kMostNarrowing : limit;
    auto matches = co_await search_kinds(directory_, kinds, *request.text, most, sight);
    if (!matches) co_return matches.error();
    if (by_value) {
      std::unordered_set<std::string> ids;
      for (auto& match : matches->hits) ids.insert(std::move(match.row.id));
      std::erase_if(found.hits,
                    [&ids](const Found::Hit& hit) { return !ids.contains(hit.row.id); });
    } else {
      found = std::move(*matches);
    }
  }
  if (found.hits.size() > limit) found.hits.resize(limit);
  co_return found;
}

ipc::Methods::Answer OwnerSearchApi::search(ipc::Call call, OwnerSearch request) {
  const auto& grant = call.grant();
  auto kinds = owner_kinds(directory_, grant, request.type);
  if (!kinds) co_return kinds.error();
  for (const auto kind : *kinds) {
    auto allowed = check_search(grant, kind);
    if (!allowed) co_return allowed.error();
  }
  const auto sight = sight_of(grant);
  auto source = Source::mirror;
  if (request.ask_platform()) {
    auto shown = co_await hits(*kinds, request, sight);
    if (!shown) co_return shown.error();
    source = co_await directory_.refresh(*kinds, ids_of(*shown), call.stop());
  }
  auto meta = directory_.meta(*kinds, source, request);
  if (!meta) co_return meta.error();
  auto found = co_await hits(*kinds, request, sight);
  if (!found) co_return found.error();
  call.tells(found->hits.size());
  auto about = with_source(std::move(*meta), *found);
  const auto rows = owner_rows(grant, std::move(*found));
  co_return list_reply(rows, "", std::move(about));
}

}  // namespace icure::api
