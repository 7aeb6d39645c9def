#include "store/decrypted_writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/document_press.h"
#include "store/mirror_schema.h"
#include "store/set_aside.h"

namespace icure::store {
namespace {

/// A transaction in which what is erased is overwritten.
class CarefulTransaction {
 public:
  explicit CarefulTransaction(SQLite::Database& db) : db_(db) {
    db_.exec("PRAGMA secure_delete = ON");
    transaction_.emplace(db_, SQLite::TransactionBehavior::IMMEDIATE);
  }
  CarefulTransaction(const CarefulTransaction&) = delete;
  CarefulTransaction& operator=(const CarefulTransaction&) = delete;
  ~CarefulTransaction() {
    transaction_.reset();
    (void)db_.tryExec("PRAGMA secure_delete = OFF");
  }
  void commit() { transaction_->commit(); }

 private:
  SQLite::Database& db_;
  std::optional<SQLite::Transaction> transaction_;
};

class SqliteDecryptedWriter final : public DecryptedWriter {
 public:
  SqliteDecryptedWriter(SQLite::Database& db, const Condition& condition)
      : db_(db),
        condition_(condition),
        seed_(mirror_seed(db)),
        press_(seed_, [&db](std::uint32_t id) { return load_dictionary(db, id); }),
        decoder_([&db](std::uint32_t id) { return load_dictionary(db, id); }),
        noted_(db,
               "SELECT t.row, p.id, p.rev, p.doc FROM to_read t LEFT JOIN patient p "
               "ON p.row = t.row ORDER BY t.row LIMIT ?1"),
        // Rows that are wholly read as they are now are passed over.
        scanned_(db,
                 "SELECT p.row, p.id, p.rev, p.doc, d.row IS NOT NULL AND d.id = p.id "
                 "AND d.rev = p.rev AND d.unread = '' FROM patient p LEFT JOIN decrypted d "
                 "ON d.row = p.row WHERE p.row > ?1 ORDER BY p.row LIMIT ?2"),
        count_noted_(db, "SELECT count(*) FROM to_read"),
        to_scan_(db,
                 "SELECT CASE WHEN scan IS NULL THEN 0 ELSE "
                 "max(0, (SELECT coalesce(max(row), 0) FROM patient) - scan) END FROM reading"),
        scan_(db, "SELECT scan FROM reading"),
        set_scan_(db, "UPDATE reading SET scan = ?1"),
        // One that changed after it was given stays on the list.
        unnote_(db,
                "DELETE FROM to_read WHERE row = ?1 AND NOT EXISTS "
                "(SELECT 1 FROM patient WHERE row = ?1 AND rev <> ?2)"),
        old_(db, "SELECT doc IS NOT NULL, unread <> '' FROM decrypted WHERE row = ?1"),
        insert_(db,
                "INSERT INTO decrypted (row, id, rev, unread, doc) "
                "VALUES (?1, ?2, ?3, ?4, ?5)"),
        insert_closed_(db, "INSERT INTO decrypted (row, id, rev, unread) VALUES (?1, ?2, ?3, ?4)"),
        remove_(db, "DELETE FROM decrypted WHERE row = ?1"),
        add_words_(db, "INSERT INTO decrypted_words (rowid, words) VALUES (?1, ?2)"),
        remove_words_(db, "DELETE FROM decrypted_words WHERE rowid = ?1"),
        add_hash_(db, "INSERT OR IGNORE INTO decrypted_lookup (hash, row) VALUES (?1, ?2)"),
        remove_hashes_(db, "DELETE FROM decrypted_lookup WHERE row = ?1"),
        add_opened_(db, "INSERT OR IGNORE INTO opened_by (row, key) VALUES (?1, ?2)"),
        remove_opened_(db, "DELETE FROM opened_by WHERE row = ?1"),
        key_(db, "SELECT number FROM opening_key WHERE fingerprint = ?1"),
        add_key_(db, "INSERT INTO opening_key (fingerprint) VALUES (?1)"),
        add_counts_(db,
                    "UPDATE reading SET readable = readable + ?1, unreadable = unreadable + ?2"),
        counts_(db, "SELECT readable, unreadable FROM reading") {}

  Result<Done> note_changes(bool on) override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      Query set(db_, "UPDATE reading SET noting = ?1");
      set.run(std::int64_t{on});
      return Done{};
    });
  }

  Result<Done> read_again() override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      set_scan_.run(std::int64_t{0});
      return Done{};
    });
  }

  Result<Reading> next(std::size_t limit) override {
    return guarded_mirror(db_, [&]() -> Result<Reading> {
      given_.clear();
      scan_to_.reset();
      Reading reading;
      auto taken = take_noted(reading, limit);
      if (!taken) return std::move(taken).error();
      reading.left = noted_left(limit);
      if (given_.empty()) taken = take_scanned(reading, limit);
      if (!taken) return std::move(taken).error();
      if (!reading.patients.empty()) {
        if (auto may = condition_.check_disk(); !may) return std::move(may).error();
      }
      reading.left += number(to_scan_);
      return reading;
    });
  }

  Result<DecryptedCounts> keep(const std::vector<ReadPatient>& patients) override {
    return guarded_mirror(db_, [&]() -> Result<DecryptedCounts> {
      use_dictionary();
      CarefulTransaction transaction(db_);
      std::int64_t readable = 0;
      std::int64_t unreadable = 0;
      // Of each that was given, also of those without encrypted parts: they may have had some.
      for (const auto& [row, rev] : given_) {
        forget(row, readable, unreadable);
        unnote_.run(row, rev);
      }
      for (const auto& patient : patients) {
        put(patient, readable, unreadable);
      }
      if (scan_to_) set_scan_.run(*scan_to_);
      if (readable != 0 || unreadable != 0) add_counts_.run(readable, unreadable);
      transaction.commit();
      noted_left_ -= std::min<std::uint64_t>(noted_left_, given_.size());
      given_.clear();
      scan_to_.reset();
      return read_counts();
    });
  }

  Result<Done> forget_all() override {
    auto forgotten = guarded_mirror(db_, [&]() -> Result<Done> {
      CarefulTransaction transaction(db_);
      db_.exec("INSERT INTO decrypted_words (decrypted_words) VALUES ('delete-all')");
      for (const auto* table : {"decrypted", "decrypted_lookup", "opened_by", "opening_key"}) {
        db_.exec(std::string("DELETE FROM ") + table);
      }
      db_.exec("UPDATE reading SET scan = 0, readable = 0, unreadable = 0");
      transaction.commit();
      given_.clear();
      scan_to_.reset();
      db_.exec("PRAGMA shrink_memory");
      return Done{};
    });
    if (forgotten) checkpoint(db_);  // older pages stand in the log
    return forgotten;
  }

  Result<DecryptedCounts> counts() override {
    return guarded_mirror(db_, [&]() -> Result<DecryptedCounts> { return read_counts(); });
  }

  Result<std::map<std::string, std::uint64_t>> opened_by() override {
    return guarded_mirror(db_, [&]() -> Result<std::map<std::string, std::uint64_t>> {
      std::map<std::string, std::uint64_t> found;
      Query read(db_,
                 "SELECT fingerprint, (SELECT count(*) FROM opened_by WHERE key = number) "
                 "FROM opening_key");
      for (auto rows = read(); rows.next();) {
        found[std::string(rows.text(0))] = static_cast<std::uint64_t>(rows.integer(1));
      }
      return found;
    });
  }

 private:
  Result<Done> take_noted(Reading& reading, std::size_t limit) {
    for (auto rows = noted_(static_cast<std::int64_t>(limit)); rows.next();) {
      given_.emplace_back(rows.integer(0), rows.text(2));
      if (rows.text(1).empty()) continue;  // it departed
      auto added = add(reading, rows);
      if (!added) return added;
    }
    return Done{};
  }

  /// Of those on the list, after some were taken. Counting a long list at each step would cost the
  /// square of its length: it is counted again when more were taken than the last count leaves.
  std::uint64_t noted_left(std::size_t limit) {
    if (given_.size() < limit) {
      noted_left_ = given_.size();
    } else if (noted_left_ < given_.size()) {
      noted_left_ = number(count_noted_);
    }
    return noted_left_;
  }

  static std::uint64_t number(Query& query) {
    auto rows = query();
    rows.next();
    return static_cast<std::uint64_t>(rows.integer(0));
  }

  Result<Done> take_scanned(Reading& reading, std::size_t limit) {
    std::int64_t from = 0;
    {
      auto rows = scan_();
      rows.next();
      const auto scan = rows.optional_integer(0);
      if (!scan) return Done{};
      from = *scan;
    }
    // Readable ones cost little: looking at more of them makes no step long.
    for (auto rows = scanned_(from, static_cast<std::int64_t>(4 * limit));
         reading.patients.size() < limit && rows.next();) {
      scan_to_ = rows.integer(0);
      if (rows.integer(4) != 0) continue;
      given_.emplace_back(rows.integer(0), rows.text(2));
      auto added = add(reading, rows);
      if (!added) return added;
    }
    if (!scan_to_) end_scan();
    return Done{};
  }

  Result<Done> add(Reading& reading, const Query::Rows& rows) {
    ToRead patient{rows.integer(0), std::string(rows.text(1)), std::string(rows.text(2)), {}};
    auto decoded = decoder_.decode(rows.blob(3), patient.json);
    if (!decoded) return decoded;
    reading.patients.push_back(std::move(patient));
    return Done{};
  }

  void end_scan() {
    auto rows = scan_();
    rows.next();
    if (rows.optional_integer(0)) set_scan_.run(std::optional<std::int64_t>());
  }

  void forget(std::int64_t row, std::int64_t& readable, std::int64_t& unreadable) {
    {
      auto rows = old_(row);
      if (!rows.next()) return;
      readable -= rows.integer(0);
      unreadable -= rows.integer(1);
    }
    remove_.run(row);
    remove_words_.run(row);
    remove_hashes_.run(row);
    remove_opened_.run(row);
  }

  void put(const ReadPatient& patient, std::int64_t& readable, std::int64_t& unreadable) {
    auto unread = patient.unread;
    const Document document{patient.id, patient.rev, patient.json};
    auto pressed = press_.press(Kind::patient, document);
    // What somebody encrypted may be JSON that the mirror would not take from the platform either.
    if (!patient.json.empty() && !pressed) unread.push_back("the record: of an unusual form");
    if (!unread.empty()) ++unreadable;
    const auto words = unread.empty() ? "" : nlohmann::json(unread).dump();
    if (patient.json.empty() || !pressed) {
      insert_closed_.run(patient.row, patient.id, patient.rev, words);
      return;
    }
    ++readable;
    insert_.run(patient.row, patient.id, patient.rev, words, Blob{pressed->frame});
    add_words_.run(patient.row, pressed->index.words + patient.words);
    for (const auto hash : pressed->index.hashes) add_hash_.run(hash, patient.row);
    for (const auto& key : patient.opened_by) add_opened_.run(patient.row, number_of_key(key));
  }

  std::int64_t number_of_key(const std::string& fingerprint) {
    {
      auto rows = key_(fingerprint);
      if (rows.next()) return rows.integer(0);
    }
    add_key_.run(fingerprint);
    return db_.getLastInsertRowid();
  }

  DecryptedCounts read_counts() {
    auto rows = counts_();
    rows.next();
    return {static_cast<std::uint64_t>(rows.integer(0)),
            static_cast<std::uint64_t>(rows.integer(1))};
  }

  /// That of the platform's documents: it holds nothing that was opened.
  void use_dictionary() {
    if (has_dictionary_) return;
    Query read(db_,
               "SELECT d.bytes FROM kind_state k JOIN dictionary d ON d.id = k.dictionary "
               "WHERE k.kind = ?1");
    auto rows = read(number_of(Kind::patient));
    if (!rows.next()) return;
    press_.use_dictionary(Kind::patient, rows.blob(0));
    has_dictionary_ = true;
  }

  SQLite::Database& db_;
  const Condition& condition_;
  std::uint64_t seed_;
  DocumentPress press_;
  Decoder decoder_;
  bool has_dictionary_ = false;
  Query noted_, scanned_, count_noted_, to_scan_, scan_, set_scan_, unnote_, old_, insert_,
      insert_closed_, remove_, add_words_, remove_words_, add_hash_, remove_hashes_, add_opened_,
      remove_opened_, key_, add_key_, add_counts_, counts_;
  std::vector<std::pair<std::int64_t, std::string>> given_;  // row and rev, by next()
  std::optional<std::int64_t> scan_to_;
  std::uint64_t noted_left_ = 0;  // since the last count; those that came later are not in it
};

}  // namespace

std::unique_ptr<DecryptedWriter> make_decrypted_writer(SQLite::Database& db,
                                                       const Condition& condition) {
  return std::make_unique<SqliteDecryptedWriter>(db, condition);
}

}  // namespace icure::store
