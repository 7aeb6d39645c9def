// What imported keys make readable, as it is kept in the mirror: apart from the platform's
// documents, so that nothing of it can ever be sent back. Who reads it sees store/mirror.h.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "store/mirror.h"

namespace icure::store {

/// A patient whose document is to be read with the keys at hand.
struct ToRead {
  std::int64_t row = 0;
  std::string id;
  std::string rev;
  std::string json;
};

struct Reading {
  std::vector<ToRead> patients;
  /// About how many there are, these included: some may depart or be readable already, and those
  /// that came lately are counted when the others are read. 0: none.
  std::uint64_t left = 0;
};

/// What came of one.
struct ReadPatient {
  std::int64_t row = 0;
  std::string id;
  std::string rev;
  std::string json;                    ///< With what was opened in place; empty: nothing was.
  std::string words;                   ///< The texts that were opened.
  std::vector<std::string> unread;     ///< Parts that stay closed, in words.
  std::vector<std::string> opened_by;  ///< Fingerprints of the keys that did it.
};

struct DecryptedCounts {
  std::uint64_t readable = 0;    ///< Patients of which something was opened.
  std::uint64_t unreadable = 0;  ///< Patients of which something stays closed.
};

/// Confined to the mirror's writer thread. Fails as MirrorWriter does; then nothing of that call
/// is kept. What it erases is overwritten in the file.
class DecryptedWriter {
 public:
  virtual ~DecryptedWriter() = default;

  /// Whether patients that come in are put on the list of what is to be read.
  virtual Result<Done> note_changes(bool on) = 0;
  /// Puts all patients on the list that are not wholly readable: there is a new key.
  virtual Result<Done> read_again() = 0;
  /// Up to `limit` patients of the list; none: it is empty. Forgets what was read of patients
  /// that departed. Fails with read_only where there are some and the disk is nearly full.
  virtual Result<Reading> next(std::size_t limit) = 0;
  /// Keeps what came of what next() gave last, and takes all that it gave off the list. One
  /// transaction. A patient without encrypted parts need not be among them.
  virtual Result<DecryptedCounts> keep(const std::vector<ReadPatient>& patients) = 0;
  /// Erases everything that was opened, and puts all patients on the list.
  virtual Result<Done> forget_all() = 0;

  virtual Result<DecryptedCounts> counts() = 0;
  /// How many patients each key opened, by its fingerprint.
  virtual Result<std::map<std::string, std::uint64_t>> opened_by() = 0;
};

/// The platform's documents of keys that two data owners share. Confined to the mirror's writer
/// thread; fails as MirrorWriter does.
class ExchangeDataWriter {
 public:
  virtual ~ExchangeDataWriter() = default;

  /// Adds documents of a data owner, or replaces them. Returns how many are new or changed.
  virtual Result<std::uint64_t> put(std::string_view owner,
                                    const std::vector<Document>& documents) = 0;
  /// Removes those of a data owner that are not among these ids.
  virtual Result<Done> retain(std::string_view owner,
                              const std::set<std::string, std::less<>>& ids) = 0;
  /// The documents held for a data owner, in the order of their ids after `after`.
  virtual Result<std::vector<Row>> of(std::string_view owner, std::string_view after,
                                      std::size_t limit) = 0;
};

}  // namespace icure::store
