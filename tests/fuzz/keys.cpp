// A person's file with a private key (PKCS#8, PKCS#1, JWK, PEM, hex, base64), or a recovery key.
#include "sync/decrypt/private_key.h"
#include "sync/decrypt/recovery.h"
#include "tests/fuzz/fuzz.h"

namespace {

using icure::fuzz::require;
namespace decrypt = icure::sync::decrypt;

void take_in(decrypt::View bytes) {
  const auto key = decrypt::PrivateKey::take_in(bytes);
  if (!key) {
    icure::fuzz::require_words(key.error());
    require(!key.error().hint.empty(), "a refused key has a hint");
    return;
  }
  const auto again = decrypt::PrivateKey::take_in(key->to_pkcs8().bytes());
  require(again && again->spki_hex() == key->spki_hex(), "what is kept is the same key");
  require(
      decrypt::fingerprint_of(key->spki_hex()) == decrypt::fingerprint_of(key->fingerprint_v1()) &&
          decrypt::fingerprint_of(key->fingerprint_v2()).has_value(),
      "one key has one fingerprint");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = icure::fuzz::text_of(data, size);
  take_in({data, size});
  if (const auto short_form = decrypt::fingerprint_of(text)) {
    require(decrypt::fingerprint_of(*short_form) == short_form, "a short form is the shortest");
  }
  const auto recovery = decrypt::read_recovery_key(text);
  if (!recovery) {
    icure::fuzz::require_words(recovery.error());
    return 0;
  }
  require(recovery->size() == 16 || recovery->size() == 32, "a recovery key has its length");
  require(decrypt::recovery_data_id(*recovery).size() == 64, "and names its data");
  return 0;
}
