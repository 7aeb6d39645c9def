// Reads what is encrypted inside a patient's document.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "sync/decrypt/exchange_keys.h"

namespace icure::sync::decrypt {

enum class Unread {
  not_shared,  ///< No key at hand was given the key of this entity.
  damaged,     ///< One was, and still nothing valid comes out.
};

/// An encrypted part that stays closed.
struct UnreadPart {
  std::string path;  ///< JSON pointer of the object that holds it; empty: the document.
  Unread reason;
};

/// For a person: where and why, without content.
std::string describe(const UnreadPart& part);

struct DecryptedPatient {
  /// The document with what was opened in its place. Every other byte is as it was, encryptedSelf
  /// too. Patient data, and not to be sent to the platform.
  std::string document;
  std::vector<std::string> members;  ///< JSON pointers of the members that were opened.
  std::vector<UnreadPart> unread;
};

/// Opens patients one after the other with the same exchange keys. One thread at a time; any number
/// of these may share the keys, which outlive them.
class PatientReader {
 public:
  explicit PatientReader(const ExchangeKeys& exchange);
  ~PatientReader();

  /// Fails with corrupt if the document is no JSON object, nests too deeply, or names a member
  /// twice. A part that cannot be opened is no failure: it is listed as unread.
  Result<DecryptedPatient> read(std::string_view document);

  /// The secret ids that were shared with the keys at hand (platform: what a patient's contacts
  /// name instead of its id). Fails as read does.
  Result<std::vector<std::string>> secret_ids(std::string_view document);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

/// One patient.
Result<DecryptedPatient> decrypt_patient(std::string_view document, const ExchangeKeys& exchange);

}  // namespace icure::sync::decrypt
