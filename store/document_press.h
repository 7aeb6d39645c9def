// Turns the platform's documents into what the mirror stores of them. Internal; knows no table.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/codec.h"
#include "store/facts.h"
#include "store/mirror_tables.h"

namespace icure::store {

/// A dictionary that was made and is not stored yet.
struct FreshDictionary {
  std::uint32_t id = 0;
  std::string bytes;
};

class DocumentPress {
 public:
  DocumentPress(std::uint64_t seed, Decoder::Load load) : seed_(seed), decoder_(std::move(load)) {}

  /// Fills in everything but its order, its row and the old hashes. Fails with invalid if it is no
  /// JSON object.
  Result<Staged> press(Kind kind, const Document& document);
  /// By what a stored document is found; row and id are left empty. Fails with corrupt.
  Result<IndexEntry> index_entry(Kind kind, std::string_view frame);

  void use_dictionary(Kind kind, std::string_view bytes) { encoder_.set_dictionary(kind, bytes); }
  /// Which press() uses; 0: none.
  std::uint32_t dictionary(Kind kind) const { return encoder_.dictionary(kind); }
  /// One that does the same for that kind on another thread.
  std::unique_ptr<Press> fork(Kind kind, std::string_view dictionary) const;
  /// Makes and uses a dictionary, if the kind has none and these are enough to learn from.
  std::optional<FreshDictionary> learn(Kind kind, const std::vector<std::string_view>& documents);

 private:
  IndexEntry entry(Kind kind) const;

  std::uint64_t seed_;
  Encoder encoder_;
  Decoder decoder_;
  FactReader reader_;
  Facts facts_;         // reused
  std::string buffer_;  // reused
  bool unteachable_[kAllKinds.size()] = {};
};

}  // namespace icure::store
