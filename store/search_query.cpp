#include "store/search_query.h"

#include <algorithm>

#include "store/digits.h"
#include "store/facts.h"
#include "store/mirror_schema.h"

namespace icure::store {
namespace {

constexpr std::size_t kMostWords = 32;  // more narrow nothing down that 32 did not
constexpr std::size_t kFewestDigits = 3;

fts5_api* api_of(SQLite::Database& db) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db.getHandle(), "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  if (!api) throw SQLite::Exception("SQLite was built without FTS5", SQLITE_ERROR);
  return api;
}

int append_word(void* words, int, const char* text, int size, int, int) {
  static_cast<std::vector<std::string>*>(words)->emplace_back(text, static_cast<std::size_t>(size));
  return SQLITE_OK;
}

/// A number may have been stored with or without what it begins with here.
SearchQuery::Term number(std::string_view text) {
  SearchQuery::Term term;
  term.push_back(digits_of(text));
  auto bare = phone_digits(text);
  if (bare.starts_with('0')) bare.erase(0, 1);
  if (bare != term.front() && !bare.empty()) term.push_back(std::move(bare));
  return term;
}

bool is_number(std::string_view text) {
  return text.find_first_not_of("0123456789 +-./()") == text.npos &&
         digits_of(text).size() >= kFewestDigits;
}

std::vector<std::string_view> split_at_space(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = std::min(text.find_first_not_of(kSpace, at), text.size());
    const auto end = std::min(text.find_first_of(kSpace, begin), text.size());
    if (begin < end) words.push_back(text.substr(begin, end - begin));
    at = end;
  }
  return words;
}

}  // namespace

Tokenizer::Tokenizer(SQLite::Database& db) {
  auto* api = api_of(db);
  void* user = nullptr;
  int rc = api->xFindTokenizer(api, kTokenizer, &user, &functions_);
  auto options = std::to_array(kTokenizerOptions);
  if (rc == SQLITE_OK) {
    rc = functions_.xCreate(user, options.data(), static_cast<int>(options.size()), &instance_);
  }
  if (rc != SQLITE_OK) throw SQLite::Exception("the tokenizer cannot be made", rc);
}

Tokenizer::~Tokenizer() {
  functions_.xDelete(instance_);
}

void Tokenizer::split(std::string_view text, std::vector<std::string>& words) const {
  const int rc = functions_.xTokenize(instance_, &words, FTS5_TOKENIZE_QUERY, text.data(),
                                      static_cast<int>(text.size()), append_word);
  if (rc != SQLITE_OK) throw SQLite::Exception("the text cannot be cut into words", rc);
}

SearchQuery search_query(const Tokenizer& tokenizer, std::string_view text) {
  SearchQuery query;
  auto& terms = query.terms;
  if (is_number(text)) {
    terms.push_back(number(text));
    return query;
  }
  for (const auto word : split_at_space(text)) {
    if (is_number(word)) {
      terms.push_back(number(word));
      continue;
    }
    const auto at = word.find('@');
    if (at != word.npos) query.addresses.push_back(normalised(Key::email, word));
    std::vector<std::string> parts;
    tokenizer.split(word.substr(0, at), parts);
    for (auto& part : parts) terms.push_back({std::move(part)});
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  if (terms.size() > kMostWords) terms.resize(kMostWords);
  return query;
}

std::string match_of(const SearchQuery& query) {
  std::string match;
  for (const auto& term : query.terms) {
    match += match.empty() ? "(" : " AND (";
    for (const auto& prefix : term) {
      if (match.back() != '(') match += " OR ";
      match += '"' + prefix + "\"*";
    }
    match += ')';
  }
  return match;
}

bool fits(const Tokenizer& tokenizer, const SearchQuery& query, std::string_view words) {
  std::vector<std::string> split;
  tokenizer.split(words, split);
  const auto begins_one = [&split](const std::string& prefix) {
    return std::any_of(split.begin(), split.end(),
                       [&prefix](const std::string& word) { return word.starts_with(prefix); });
  };
  return std::all_of(query.terms.begin(), query.terms.end(),
                     [&begins_one](const SearchQuery::Term& term) {
                       return std::any_of(term.begin(), term.end(), begins_one);
                     });
}

}  // namespace icure::store
