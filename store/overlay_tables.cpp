#include "store/overlay_tables.h"

#include <algorithm>
#include <map>

#include "store/mirror_schema.h"

namespace icure::store {
namespace {

// Words are rows of an ordinary table, not of a search index: what is deleted from that is only
// marked, and its text stays until parts of the index happen to be merged.
constexpr auto kSchema = R"sql(
CREATE TABLE overlay (
  item INTEGER PRIMARY KEY REFERENCES item (number) ON DELETE CASCADE,
  kind INTEGER NOT NULL,
  entity TEXT NOT NULL,
  is_what INTEGER NOT NULL,
  patch TEXT NOT NULL
) STRICT;
CREATE INDEX overlay_entity ON overlay (kind, entity);
CREATE TABLE overlay_term (
  field INTEGER NOT NULL,       -- which lookup key, or -1: a word
  text TEXT NOT NULL,
  item INTEGER NOT NULL REFERENCES overlay (item) ON DELETE CASCADE,
  PRIMARY KEY (field, text, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX overlay_term_item ON overlay_term (item);
)sql";

constexpr std::int64_t kWord = -1;

std::int64_t field_of(Key key) {
  return static_cast<std::int64_t>(key);
}

/// Greater than every text that begins so: no UTF-8 has this byte.
std::string end_of(const std::string& prefix) {
  return prefix + '\xff';
}

}  // namespace

const char* overlay_schema() {
  return kSchema;
}

OverlayWriter::OverlayWriter(SQLite::Database& db)
    : insert_(db,
              "INSERT INTO overlay (item, kind, entity, is_what, patch) "
              "VALUES (?1, ?2, ?3, ?4, ?5)"),
      insert_term_(db,
                   "INSERT OR IGNORE INTO overlay_term (field, text, item) VALUES (?1, ?2, ?3)"),
      remove_(db, "DELETE FROM overlay WHERE item = ?1 RETURNING is_what"),
      count_(db, "SELECT count(*) FROM overlay"),
      tokenizer_(db) {}

Result<Done> OverlayWriter::write(std::int64_t item, Kind kind, std::string_view entity,
                                  const Overlay& overlay) {
  const bool shows = overlay.is != Overlay::Is::removal;
  if (shows) {
    auto patch = reader_.read(kind, overlay.patch, facts_);
    if (!patch) return patch;
    auto after = reader_.read(kind, overlay.after, facts_);
    if (!after) return after;
  }
  insert_.run(item, number_of(kind), entity, static_cast<std::int64_t>(overlay.is),
              shows ? std::string_view(overlay.patch) : "{}");
  if (!shows) return Done{};
  for (const auto& [key, value] : facts_.keys) {
    const auto comparable = normalised(key, value);
    if (!comparable.empty()) insert_term_.run(field_of(key), comparable, item);
  }
  std::vector<std::string> words;
  tokenizer_.split(facts_.words, words);
  for (const auto& word : words) insert_term_.run(kWord, word, item);
  return Done{};
}

std::optional<Overlay::Is> OverlayWriter::remove(std::int64_t item) {
  auto rows = remove_(item);
  if (!rows.next()) return std::nullopt;
  const auto was = static_cast<Overlay::Is>(rows.integer(0));
  rows.next();  // a DELETE is done only when its rows are
  return was;
}

std::int64_t OverlayWriter::count() {
  auto rows = count_();
  rows.next();
  return rows.integer(0);
}

OverlayReader::OverlayReader(SQLite::Database db)
    : db_(std::move(db)),
      begin_(db_, "BEGIN"),
      end_(db_, "COMMIT"),
      look_(db_, "SELECT 1 FROM overlay LIMIT 1"),
      layers_(db_,
              "SELECT item.id, is_what, patch FROM overlay JOIN item ON item.number = overlay.item "
              "WHERE overlay.kind = ?1 AND overlay.entity = ?2 ORDER BY overlay.item"),
      has_(db_, "SELECT 1 FROM overlay WHERE kind = ?1 AND entity = ?2"),
      entities_(db_,
                "SELECT DISTINCT entity FROM overlay WHERE kind = ?1 AND entity > ?2 "
                "ORDER BY entity LIMIT ?3"),
      with_key_(db_,
                "SELECT DISTINCT entity FROM overlay_term CROSS JOIN overlay USING (item) "
                "WHERE field = ?2 AND text = ?3 AND kind = ?1 ORDER BY entity"),
      with_word_(
          db_,
          "SELECT entity, max(is_what = ?4) FROM overlay_term CROSS JOIN overlay USING (item) "
          "WHERE field = -1 AND text >= ?2 AND text < ?3 AND kind = ?1 GROUP BY entity"),
      tokenizer_(db_) {}

void OverlayReader::begin_turn() {
  begin_.run();
  look_.run();  // BEGIN alone takes no snapshot
}

void OverlayReader::end_turn() {
  // Asked of SQLite: some errors end a transaction by themselves.
  if (sqlite3_get_autocommit(db_.getHandle()) == 0) end_.run();
}

std::vector<Layer> OverlayReader::layers(Kind kind, std::string_view entity) {
  std::vector<Layer> found;
  for (auto rows = layers_(number_of(kind), entity); rows.next();) {
    found.push_back({std::string(rows.text(0)), static_cast<Overlay::Is>(rows.integer(1)),
                     std::string(rows.text(2))});
  }
  return found;
}

bool OverlayReader::has(Kind kind, std::string_view entity) {
  return has_(number_of(kind), entity).next();
}

EntityIds OverlayReader::entities(Kind kind, std::string_view after, std::size_t limit) {
  EntityIds found;
  for (auto rows = entities_(number_of(kind), after, static_cast<std::int64_t>(limit));
       rows.next();) {
    found.emplace_back(rows.text(0));
  }
  return found;
}

EntityIds OverlayReader::with_key(Kind kind, Key key, std::string_view normalised) {
  EntityIds found;
  for (auto rows = with_key_(number_of(kind), field_of(key), normalised); rows.next();) {
    found.emplace_back(rows.text(0));
  }
  return found;
}

// What is created has all of its words here; of an edit any term will do, since the mirror's row
// may have the others by now.
EntityIds OverlayReader::with_words(Kind kind, const std::vector<SearchQuery::Term>& terms) {
  struct Hits {
    std::size_t terms = 0;
    bool edited = false;
  };
  std::map<std::string, Hits> hits;
  for (const auto& term : terms) {
    std::map<std::string, bool> of_term;
    for (const auto& prefix : term) {
      const auto end = end_of(prefix);
      for (auto rows = with_word_(number_of(kind), prefix, end,
                                  static_cast<std::int64_t>(Overlay::Is::edit));
           rows.next();) {
        auto& edited = of_term[std::string(rows.text(0))];
        edited = edited || rows.integer(1) != 0;
      }
    }
    for (const auto& [entity, edited] : of_term) {
      auto& known = hits[entity];
      ++known.terms;
      known.edited = known.edited || edited;
    }
  }
  EntityIds found;
  for (const auto& [entity, known] : hits) {
    if (known.edited || known.terms == terms.size()) found.push_back(entity);
  }
  return found;
}

}  // namespace icure::store
