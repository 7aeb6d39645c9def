// The overlay: what reads are to show of items that have not ended, with all that finds it. In the
// ledger's file, so that an item and its overlay are written and erased together. Internal; throws
// SQLite::Exception.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/facts.h"
#include "store/outbox.h"
#include "store/search_query.h"
#include "store/sqlite.h"

namespace icure::store {

/// What readers know of the overlay without asking the file. Written after each commit, the rows
/// first: whoever sees a change counted sees its rows.
struct OverlayCounts {
  std::atomic<std::uint64_t> rows = 0;
  std::atomic<Changes> changes = 0;
};

/// Its tables, as a step of ledger_migrations(); needs the outbox's.
const char* overlay_schema();

/// On the ledger's thread; its calls belong inside a transaction.
class OverlayWriter {
 public:
  explicit OverlayWriter(SQLite::Database& db);

  /// Of an item that has none. Fails with invalid if a text is no well-formed JSON object.
  Result<Done> write(std::int64_t item, Kind kind, std::string_view entity, const Overlay& overlay);
  /// Returns what there was, if anything.
  std::optional<Overlay::Is> remove(std::int64_t item);
  std::int64_t count();

 private:
  Query insert_, insert_term_, remove_, count_;
  Tokenizer tokenizer_;
  FactReader reader_;
  Facts facts_;  // reused
};

/// What one item lays over its entity.
struct Layer {
  std::string item;  ///< Its id.
  Overlay::Is is = Overlay::Is::edit;
  std::string patch;
};

/// Entities of one kind, in the order of ids (bytewise), each once.
using EntityIds = std::vector<std::string>;

/// Confined to its connection's thread.
class OverlayReader {
 public:
  explicit OverlayReader(SQLite::Database db);

  /// All reads until end_turn() see the state of now.
  void begin_turn();
  void end_turn();

  /// Oldest first; empty: nothing is pending.
  std::vector<Layer> layers(Kind kind, std::string_view entity);
  bool has(Kind kind, std::string_view entity);
  /// Up to `limit` after `after`.
  EntityIds entities(Kind kind, std::string_view after, std::size_t limit);
  /// Those that some after-image says have this key.
  EntityIds with_key(Kind kind, Key key, std::string_view normalised);
  /// Those that may match: an edit shows only a part of what the words of its entity will be.
  EntityIds with_words(Kind kind, const std::vector<SearchQuery::Term>& terms);

  const Tokenizer& tokenizer() const { return tokenizer_; }

 private:
  SQLite::Database db_;
  Query begin_, end_, look_, layers_, has_, entities_, with_key_, with_word_;
  Tokenizer tokenizer_;
};

}  // namespace icure::store
