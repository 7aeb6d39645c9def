// All imported keys together: opens patients with whichever of them fits.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sync/keys/key_set.h"

namespace icure::sync {

/// What came of a patient's document.
struct OpenedPatient {
  bool sealed = false;                 ///< It has encrypted parts.
  std::string json;                    ///< With what was opened in place; empty: nothing was.
  std::string words;                   ///< The texts that were opened.
  std::vector<std::string> members;    ///< JSON pointers of the members that were opened.
  std::vector<std::string> unread;     ///< Parts that stay closed, in words.
  std::vector<std::string> opened_by;  ///< Fingerprints of the keys that did it.
};

/// Confined to one thread. A key that was put together from its shares counts as its notaries':
/// it is told by theirs, and goes as soon as one of them goes (and comes again if the others are
/// enough).
class Opener {
 public:
  /// Of one owner and fingerprint the newer counts.
  void add(std::unique_ptr<KeySet> set);
  void remove(std::string_view owner, std::string_view fingerprint);

  // As those of KeySet, of all sets; exchange data concerns the sets of `owner` alone.
  std::size_t learn_owner(std::string_view id, std::string_view rev, std::string_view document);
  std::size_t learn_exchange_data(std::string_view owner, std::string_view id, std::string_view rev,
                                  std::string_view document);
  bool recover(std::string_view owner, std::string_view owner_document);
  /// Takes up the key of a data owner of which enough notaries' keys are here. True: it is new, and
  /// all documents are to be learned again.
  bool combine_shares(std::string_view owner, std::string_view owner_document);
  /// Whose keys were put together.
  std::set<std::string> recovered_owners() const;

  OpenedPatient open(std::string_view document);

 private:
  struct Held {
    std::unique_ptr<KeySet> set;
    std::vector<std::string> imported;  // fingerprints of the keys that it is owed to
    bool combined = false;              // of shares
  };

  std::vector<Held> sets_;
};

}  // namespace icure::sync
