// Decides by a document itself whether it is what was asked for: an index may say too much, and
// of a row with queued changes it says what was. Internal; knows no table.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/facts.h"
#include "store/search_query.h"

namespace icure::store {

/// A row that has the value looked for, and what ranks it.
struct Match {
  bool exact = false;  ///< As it was asked for, not only the same when normalised.
  bool active = false;
  Row row;
};

/// As MirrorReader::find() promises.
std::vector<Row> best_of(Key key, std::vector<Match> matches);

/// Confined to one thread; reuses its memory.
class RowCheck {
 public:
  std::optional<Match> by_key(Kind kind, Key key, std::string_view value, Row row);
  bool passes(Kind kind, const Row& row, const ListQuery& query);
  /// Whether each address begins an e-mail or login of the row; the index cannot tell.
  bool has_addresses(Kind kind, const Row& row, const SearchQuery& query);
  /// The same, and each term fits too.
  bool fits_all(Kind kind, const Row& row, const SearchQuery& query, const Tokenizer& tokenizer);

 private:
  FactReader reader_;
  Facts facts_;  // reused
};

}  // namespace icure::store
