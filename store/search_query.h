// What a person types, as a question to the search index. Internal.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite.h"

namespace icure::store {

struct SearchQuery {
  /// Beginnings of words in their folded form, of which one must fit.
  using Term = std::vector<std::string>;
  std::vector<Term> terms;  ///< Each must fit; empty: nothing can match.
  /// Each must begin an e-mail or login of the row; in lower case. The index knows only the part
  /// before the @.
  std::vector<std::string> addresses;
};

/// Cuts texts into words as the search index does. Confined to its connection's thread.
class Tokenizer {
 public:
  /// Throws SQLite::Exception. The database must outlive it.
  explicit Tokenizer(SQLite::Database& db);
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// Appends the folded words of `text`: letters and digits only.
  void split(std::string_view text, std::vector<std::string>& words) const;

 private:
  fts5_tokenizer functions_{};
  Fts5Tokenizer* instance_ = nullptr;
};

SearchQuery search_query(const Tokenizer& tokenizer, std::string_view text);

/// The terms for FTS5's MATCH; never a syntax error.
std::string match_of(const SearchQuery& query);

/// Whether a row with these words (see Facts) is found by the terms, as the index finds it.
bool fits(const Tokenizer& tokenizer, const SearchQuery& query, std::string_view words);

}  // namespace icure::store
