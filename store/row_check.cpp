#include "store/row_check.h"

#include <algorithm>
#include <tuple>

namespace icure::store {

std::vector<Row> best_of(Key key, std::vector<Match> matches) {
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::tie(b.exact, b.active, a.row.id) < std::tie(a.exact, a.active, b.row.id);
  });
  const bool folds = key == Key::login || key == Key::email;
  const bool only_exact = folds && !matches.empty() && matches.front().exact;
  std::vector<Row> rows;
  for (auto& match : matches) {
    if (only_exact && !match.exact) break;
    rows.push_back(std::move(match.row));
  }
  return rows;
}

std::optional<Match> RowCheck::by_key(Kind kind, Key key, std::string_view value, Row row) {
  if (!reader_.read(kind, row.json, facts_)) return std::nullopt;
  const auto comparable = normalised(key, value);
  bool same = false;
  bool exact = false;
  for (const auto& fact : facts_.keys) {
    if (fact.key != key || normalised(key, fact.value) != comparable) continue;
    same = true;
    exact = exact || fact.value == value;
  }
  if (!same) return std::nullopt;
  return Match{exact, facts_.status == UserStatus::active, std::move(row)};
}

bool RowCheck::passes(Kind kind, const Row& row, const ListQuery& query) {
  const bool any = query.status == UserStatus::any && query.owner_type == OwnerType::any;
  if (any) return true;
  if (!reader_.read(kind, row.json, facts_)) return false;
  return (query.status == UserStatus::any || query.status == facts_.status) &&
         (query.owner_type == OwnerType::any || query.owner_type == facts_.owner_type);
}

bool RowCheck::has_addresses(Kind kind, const Row& row, const SearchQuery& query) {
  if (query.addresses.empty()) return true;
  if (!reader_.read(kind, row.json, facts_)) return false;
  return std::all_of(
      query.addresses.begin(), query.addresses.end(), [this](const std::string& address) {
        return std::any_of(facts_.keys.begin(), facts_.keys.end(), [&](const LookupKey& fact) {
          return (fact.key == Key::email || fact.key == Key::login) &&
                 normalised(fact.key, fact.value).starts_with(address);
        });
      });
}

bool RowCheck::fits_all(Kind kind, const Row& row, const SearchQuery& query,
                        const Tokenizer& tokenizer) {
  return has_addresses(kind, row, query) && reader_.read(kind, row.json, facts_) &&
         fits(tokenizer, query, facts_.words);
}

}  // namespace icure::store
