// The tables of mirror.db. Internal to store/.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "store/mirror.h"
#include "store/sqlite.h"

namespace icure::store {

inline constexpr int kMirrorApplication = 0x69634d72;  // "icMr", in the file's header

/// The tokenizer of the search index; a query is cut into words by the very same.
inline constexpr const char* kTokenizer = "unicode61";
inline constexpr const char* kTokenizerOptions[] = {"remove_diacritics", "2"};

std::span<const std::string> mirror_migrations();

/// Fills in what cannot be written in SQL: the seed of the hashes. Once, after the migrations.
void seed_mirror(SQLite::Database& db, std::uint64_t seed);
std::uint64_t mirror_seed(SQLite::Database& db);

/// The dictionary of that number; nothing if there is none.
std::optional<std::string> load_dictionary(SQLite::Database& db, std::uint32_t id);

inline std::int64_t number_of(Kind kind) {
  return static_cast<std::int64_t>(index_of(kind));
}
inline std::int64_t millis_of(WallTime time) {
  return time.time_since_epoch().count();
}
inline WallTime time_of(std::int64_t millis) {
  return WallTime(Millis(millis));
}

}  // namespace icure::store
