// What comes from the platform or from a person's file, made up by libFuzzer. The first byte says
// what the rest is tried as. A vector's keys are held, so that mutated documents of that vector are
// read to the end.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sync/decrypt/patient.h"
#include "sync/decrypt/recovery.h"
#include "tests/support/decrypt_vectors.h"

namespace {

namespace decrypt = icure::sync::decrypt;

void read_patient(const decrypt::Reader& reader, std::string_view text) {
  const auto read = decrypt::decrypt_patient(text, reader.exchange);
  // Another parser must agree on what comes in and what goes out.
  if (read && !(decrypt::Json::accept(text) && decrypt::Json::accept(read->document))) std::abort();
}

void read_exchange(const decrypt::Reader& reader, std::string_view text) {
  decrypt::ExchangeKeys exchange(reader.ring);
  (void)exchange.add_owner(text);
  (void)exchange.add_exchange_data(text);
  (void)exchange.add_exchange_data_map(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const decrypt::Reader kReader(decrypt::vector_named("N12-mixed"));
  static const icure::Secret kRecoveryKey(std::string(32, 'k'));
  if (size == 0) return 0;
  const decrypt::View bytes(data + 1, size - 1);
  const auto text = decrypt::as_text(bytes);
  switch (data[0] % 5) {
    case 0:
      read_patient(kReader, text);
      break;
    case 1:
      read_exchange(kReader, text);
      break;
    case 2:
      (void)decrypt::PrivateKey::take_in(bytes);
      break;
    case 3:
      (void)decrypt::recover_keys(text, kReader.exchange, kReader.ring);
      (void)decrypt::open_recovery_data(text, kRecoveryKey);
      break;
    default:
      (void)decrypt::read_recovery_key(text);
      (void)decrypt::fingerprint_of(text);
  }
  return 0;
}
