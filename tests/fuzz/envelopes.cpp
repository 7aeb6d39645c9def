// Encrypted documents of the platform. A vector's keys are held, so that mutated documents of that
// vector are read to the end.
#include "sync/decrypt/patient.h"
#include "sync/decrypt/recovery.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/decrypt_vectors.h"

namespace {

using icure::fuzz::require;
namespace decrypt = icure::sync::decrypt;

void read_patient(const decrypt::Reader& reader, std::string_view text) {
  const auto read = decrypt::decrypt_patient(text, reader.exchange);
  if (!read) return icure::fuzz::require_words(read.error());
  icure::fuzz::require_json(text, "a patient that was read is JSON");
  icure::fuzz::require_json(read->document, "so is what came of it");
  for (const auto& part : read->unread) {
    require(!decrypt::describe(part).empty(), "what stays closed is told in words");
  }
  decrypt::PatientReader again(reader.exchange);
  static_cast<void>(again.secret_ids(text));
}

void read_exchange(const decrypt::Reader& reader, std::string_view text) {
  decrypt::ExchangeKeys exchange(reader.ring);
  static_cast<void>(exchange.add_owner(text));
  static_cast<void>(exchange.add_exchange_data(text));
  static_cast<void>(exchange.add_exchange_data_map(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const decrypt::Reader holder(decrypt::vector_named("N12-mixed"));
  static const icure::Secret recovery_key(std::string(32, 'k'));
  const auto text = icure::fuzz::text_of(data, size);
  read_patient(holder, text);
  read_exchange(holder, text);
  static_cast<void>(decrypt::recover_keys(text, holder.exchange, holder.ring));
  static_cast<void>(decrypt::notaries_of(text));
  static_cast<void>(decrypt::open_recovery_data(text, recovery_key));
  return 0;
}
