#include "store/mirror_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "store/codec.h"
#include "store/facts.h"
#include "store/mirror_schema.h"
#include "store/search_query.h"
#include "store/set_aside.h"

namespace icure::store {
namespace {

/// The statements that name the tables of one kind.
struct KindQueries {
  KindQueries(SQLite::Database& db, Kind kind)
      : get(db,
            sql("SELECT rev, doc FROM {0}_ids JOIN {0} USING (row) WHERE {0}_ids.id = ?1", kind)),
        by_row(db, sql("SELECT id, rev, doc FROM {0} WHERE row = ?1", kind)),
        // CROSS keeps the order of the tables: rows that do not pass the filters are not visited.
        list(db, sql("SELECT i.id, rev, doc FROM {0}_ids i CROSS JOIN {0} USING (row) "
                     "WHERE i.id > ?1 AND (?2 = 0 OR status = ?2) "
                     "AND (?3 = 0 OR owner_type = ?3) ORDER BY i.id LIMIT ?4",
                     kind)),
        search(db, sql("SELECT rowid FROM {0}_words WHERE {0}_words MATCH ?1", kind)) {}

  static std::string sql(const char* text, Kind kind) {
    return fmt::format(fmt::runtime(text), name_of(kind));
  }

  Query get, by_row, list, search;
};

class SqliteMirrorReader final : public PlainReader {
 public:
  SqliteMirrorReader(SQLite::Database db, const std::atomic<Changes>& changes)
      : db_(std::move(db)),
        changes_(changes),
        seed_(mirror_seed(db_)),
        begin_(db_, "BEGIN"),
        end_(db_, "COMMIT"),
        state_(db_, "SELECT count, as_of FROM kind_state WHERE kind = ?1"),
        tombstones_(db_,
                    "SELECT id, rev, how, at FROM tombstone WHERE kind = ?1 AND id > ?2 "
                    "ORDER BY id LIMIT ?3"),
        lookup_(db_, "SELECT row FROM lookup WHERE hash = ?1 AND kind = ?2"),
        // A row counts only for the document that it was made of.
        decrypted_(db_,
                   "SELECT d.id, d.rev, d.doc, d.unread, p.doc FROM decrypted d JOIN patient p "
                   "ON p.row = d.row AND p.id = d.id AND p.rev = d.rev WHERE d.row = ?1"),
        patient_row_(db_, "SELECT row FROM patient_ids WHERE id = ?1"),
        decrypted_words_(db_, "SELECT rowid FROM decrypted_words WHERE decrypted_words MATCH ?1"),
        decrypted_lookup_(db_, "SELECT row FROM decrypted_lookup WHERE hash = ?1"),
        kinds_{KindQueries(db_, Kind::user), KindQueries(db_, Kind::hcp),
               KindQueries(db_, Kind::patient), KindQueries(db_, Kind::device)},
        tokenizer_(db_),
        decoder_([this](std::uint32_t id) { return load_dictionary(db_, id); }) {}

  MirrorReader& platform() override { return *this; }

  Result<KindState> state(Kind kind) override {
    return guarded_mirror(db_, [&]() -> Result<KindState> {
      if (in_turn() ? states_of_ != seen_ : states_of_ != changes()) states_ = {};
      auto& known = states_[index_of(kind)];
      if (known) return *known;
      begin_turn();
      states_of_ = seen_;
      auto rows = state_(number_of(kind));
      if (!rows.next()) return Error{Code::corrupt, "the mirror does not know its kinds"};
      known.emplace();
      known->count = static_cast<std::uint64_t>(rows.integer(0));
      if (const auto as_of = rows.optional_integer(1)) known->as_of = time_of(*as_of);
      known->complete = known->as_of.has_value();
      return *known;
    });
  }

  Result<Row> get(Kind kind, std::string_view id) override {
    return guarded_mirror(db_, [&]() -> Result<Row> {
      begin_turn();
      auto rows = queries(kind).get(id);
      if (!rows.next()) return not_found(kind);
      Row row{std::string(id), std::string(rows.text(0)), {}};
      auto decoded = decoder_.decode(rows.blob(1), row.json);
      if (!decoded) return std::move(decoded).error();
      return row;
    });
  }

  Result<std::vector<Row>> find(Kind kind, Key key, std::string_view value, Sight sight) override {
    auto found = matches(kind, key, value, sight);
    if (!found) return std::move(found).error();
    return best_of(key, std::move(*found));
  }

  Result<std::vector<Match>> matches(Kind kind, Key key, std::string_view value,
                                     Sight sight) override {
    return guarded_mirror(db_, [&]() -> Result<std::vector<Match>> {
      begin_turn();
      const auto comparable = normalised(key, value);
      std::vector<Match> found;
      if (comparable.empty()) return found;
      for (auto rows = lookup_(lookup_hash(seed_, kind, key, comparable), number_of(kind));
           rows.next();) {
        auto row = at(kind, rows.integer(0));
        if (!row) return std::move(row).error();
        if (auto match = check_.by_key(kind, key, value, std::move(*row))) {
          found.push_back(std::move(*match));
        }
      }
      if (sight == Sight::decrypted && kind == Kind::patient) {
        auto added = add_opened_matches(key, value, comparable, found);
        if (!added) return std::move(added).error();
      }
      return found;
    });
  }

  Result<std::vector<Row>> list(Kind kind, const ListQuery& query) override {
    return guarded_mirror(db_, [&]() -> Result<std::vector<Row>> {
      begin_turn();
      std::vector<Row> found;
      for (auto rows = queries(kind).list(query.after, static_cast<std::int64_t>(query.status),
                                          stored_owner_type(query.owner_type),
                                          static_cast<std::int64_t>(query.limit));
           rows.next();) {
        auto row = decoded(rows);
        if (!row) return std::move(row).error();
        found.push_back(std::move(*row));
      }
      return found;
    });
  }

  Result<std::vector<Tombstone>> tombstones(Kind kind, const std::string& after,
                                            std::size_t limit) override {
    return guarded_mirror(db_, [&]() -> Result<std::vector<Tombstone>> {
      begin_turn();
      std::vector<Tombstone> found;
      for (auto rows = tombstones_(number_of(kind), after, static_cast<std::int64_t>(limit));
           rows.next();) {
        found.push_back({kind, std::string(rows.text(0)), std::string(rows.text(1)),
                         static_cast<Gone>(rows.integer(2)), time_of(rows.integer(3))});
      }
      return found;
    });
  }

  Result<std::vector<Row>> search(Kind kind, std::string_view text, std::size_t limit,
                                  Sight sight) override {
    return guarded_mirror(db_, [&]() -> Result<std::vector<Row>> {
      begin_turn();
      std::vector<Row> found;
      const auto query = search_query(tokenizer_, text);
      if (query.terms.empty()) return found;
      const auto match = match_of(query);
      for (auto rows = queries(kind).search(match); found.size() < limit && rows.next();) {
        auto row = at(kind, rows.integer(0));
        if (!row) return std::move(row).error();
        if (check_.has_addresses(kind, *row, query)) found.push_back(std::move(*row));
      }
      if (sight == Sight::decrypted && kind == Kind::patient) {
        auto added = add_opened_hits(query, match, limit, found);
        if (!added) return std::move(added).error();
      }
      return found;
    });
  }

  Result<std::optional<DecryptedRow>> decrypted(std::string_view id) override {
    return guarded_mirror(db_, [&]() -> Result<std::optional<DecryptedRow>> {
      begin_turn();
      std::int64_t number = 0;
      {
        auto rows = patient_row_(id);
        if (!rows.next()) return std::optional<DecryptedRow>();
        number = rows.integer(0);
      }
      auto opened = opened_at(number);
      if (!opened) return std::move(opened).error();
      if (!*opened) return std::optional<DecryptedRow>();
      return std::optional(DecryptedRow{std::move((*opened)->row), std::move((*opened)->unread)});
    });
  }

  Changes changes() const override { return changes_.load(std::memory_order_acquire); }
  Changes seen() const override { return seen_; }

  void end_turn() override {
    if (!in_turn()) return;
    // Ending a read fails only where the next read fails too, and says so.
    (void)guarded_mirror(db_, [&]() -> Result<Done> {
      end_.run();
      return Done{};
    });
  }

 private:
  KindQueries& queries(Kind kind) { return kinds_[index_of(kind)]; }

  static std::int64_t stored_owner_type(OwnerType type) { return static_cast<std::int64_t>(type); }

  static Error not_found(Kind kind) {
    return {Code::not_found, "the mirror holds no such " + std::string(name_of(kind))};
  }

  /// Asked of SQLite: some errors end a transaction by themselves.
  bool in_turn() const { return sqlite3_get_autocommit(db_.getHandle()) == 0; }

  void begin_turn() {
    if (in_turn()) return;
    // Before the snapshot is taken: what is read may be newer than this says, never older.
    seen_ = changes();
    begin_.run();
  }

  Result<Row> decoded(const Query::Rows& rows) {
    Row row{std::string(rows.text(0)), std::string(rows.text(1)), {}};
    auto done = decoder_.decode(rows.blob(2), row.json);
    if (!done) return std::move(done).error();
    return row;
  }

  Result<Row> at(Kind kind, std::int64_t number) {
    auto rows = queries(kind).by_row(number);
    if (!rows.next()) return Error{Code::corrupt, "an index of the mirror names a missing row"};
    return decoded(rows);
  }

  struct Opened : DecryptedRow {
    std::string plain;  // the platform's document
  };

  /// What was opened of that row as it is now; nothing if it was not read.
  Result<std::optional<Opened>> opened_at(std::int64_t number) {
    auto rows = decrypted_(number);
    if (!rows.next()) return std::optional<Opened>();
    Opened opened;
    opened.row.id = rows.text(0);
    opened.row.rev = rows.text(1);
    if (const auto frame = rows.blob(2); !frame.empty()) {
      auto decoded = decoder_.decode(frame, opened.row.json);
      if (!decoded) return std::move(decoded).error();
    }
    if (const auto words = rows.text(3); !words.empty()) {
      const auto unread = nlohmann::json::parse(words, nullptr, false);
      if (!unread.is_array())
        return Error{Code::corrupt, "what is kept of a key's reading is damaged"};
      for (const auto& part : unread) {
        if (part.is_string()) opened.unread.push_back(part.get<std::string>());
      }
    }
    auto decoded = decoder_.decode(rows.blob(4), opened.plain);
    if (!decoded) return std::move(decoded).error();
    return std::optional(std::move(opened));
  }

  Result<Done> add_opened_matches(Key key, std::string_view value, std::string_view comparable,
                                  std::vector<Match>& found) {
    for (auto rows = decrypted_lookup_(lookup_hash(seed_, Kind::patient, key, comparable));
         rows.next();) {
      auto opened = opened_at(rows.integer(0));
      if (!opened) return std::move(opened).error();
      if (!*opened || (*opened)->row.json.empty()) continue;
      auto match = check_.by_key(Kind::patient, key, value, std::move((*opened)->row));
      if (!match) continue;
      const bool known = std::any_of(found.begin(), found.end(), [&match](const Match& other) {
        return other.row.id == match->row.id;
      });
      if (known) continue;
      match->row.json = std::move((*opened)->plain);
      found.push_back(std::move(*match));
    }
    return Done{};
  }

  Result<Done> add_opened_hits(const SearchQuery& query, const std::string& match,
                               std::size_t limit, std::vector<Row>& found) {
    std::unordered_set<std::string> known;
    for (const auto& row : found) known.insert(row.id);
    for (auto rows = decrypted_words_(match); found.size() < limit && rows.next();) {
      auto opened = opened_at(rows.integer(0));
      if (!opened) return std::move(opened).error();
      if (!*opened || (*opened)->row.json.empty() || known.contains((*opened)->row.id)) continue;
      if (!check_.has_addresses(Kind::patient, (*opened)->row, query)) continue;
      (*opened)->row.json = std::move((*opened)->plain);
      found.push_back(std::move((*opened)->row));
    }
    return Done{};
  }

  SQLite::Database db_;
  const std::atomic<Changes>& changes_;
  std::uint64_t seed_;
  Query begin_, end_, state_, tombstones_, lookup_;
  Query decrypted_, patient_row_, decrypted_words_, decrypted_lookup_;
  std::array<KindQueries, kAllKinds.size()> kinds_;
  Tokenizer tokenizer_;
  Decoder decoder_;
  RowCheck check_;  // hashes may collide
  Changes seen_ = 0;
  std::array<std::optional<KindState>, kAllKinds.size()> states_;
  Changes states_of_ = 0;  // the state of the mirror that states_ were read of
};

}  // namespace

std::unique_ptr<PlainReader> make_mirror_reader(SQLite::Database db,
                                                const std::atomic<Changes>& changes) {
  return std::make_unique<SqliteMirrorReader>(std::move(db), changes);
}

}  // namespace icure::store
