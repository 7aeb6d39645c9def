// What is queried about a document, read from its raw JSON: status, lookup keys, words for the
// search. Pure. Tolerant: a member of an unexpected type counts as absent.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/kind.h"
#include "daemon/base/result.h"
#include "store/mirror.h"

namespace icure::store {

struct LookupKey {
  Key key;
  std::string value;  ///< As the document has it.
};

struct Facts {
  UserStatus status = UserStatus::any;    ///< any: no user, or a status that we do not know.
  OwnerType owner_type = OwnerType::any;  ///< any: no user.
  std::vector<LookupKey> keys;
  std::string words;  ///< What the search index shall hold, separated by spaces.
};

/// The form in which values are compared: e-mails and logins in lower case (ASCII only), phones
/// as their digits without a leading 00, others as they are. Empty if nothing of it can be looked
/// up.
std::string normalised(Key key, std::string_view value);

/// Where a key is kept in the mirror; distinct keys may share a place.
std::int64_t lookup_hash(std::uint64_t seed, Kind kind, Key key, std::string_view normalised);

/// A number that changes whenever the facts do.
std::int64_t fingerprint(std::uint64_t seed, const Facts& facts);

/// Confined to one thread; reuses its memory.
class FactReader {
 public:
  FactReader();
  ~FactReader();
  /// Replaces `facts`. `json` may lie inside a larger text. Fails with invalid if it is not one
  /// well-formed JSON object; numbers beyond 64 bits and lone surrogates count as malformed.
  Result<Done> read(Kind kind, std::string_view json, Facts& facts);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace icure::store
