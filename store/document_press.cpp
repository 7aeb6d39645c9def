#include "store/document_press.h"

#include <algorithm>

namespace icure::store {
namespace {

constexpr std::size_t kEnoughToLearn = 200;

class PressAhead final : public Press {
 public:
  PressAhead(Kind kind, std::uint64_t seed, std::string_view dictionary)
      : kind_(kind), press_(seed, [](std::uint32_t) { return std::nullopt; }) {
    press_.use_dictionary(kind, dictionary);
  }

  void press(std::vector<Document>& documents) override {
    for (auto& document : documents) {
      auto pressed = press_.press(kind_, document);
      if (pressed) document.pressed = std::make_shared<Staged>(std::move(*pressed));
    }
  }

 private:
  Kind kind_;
  DocumentPress press_;
};

}  // namespace

Result<Staged> DocumentPress::press(Kind kind, const Document& document) {
  auto read = reader_.read(kind, document.json, facts_);
  if (!read) return std::move(read).error();
  Staged staged;
  staged.index = entry(kind);
  staged.index.id = document.id;
  staged.rev = document.rev;
  staged.fingerprint = fingerprint(seed_, facts_);
  staged.frame = encoder_.encode(kind, document.json);
  return staged;
}

Result<IndexEntry> DocumentPress::index_entry(Kind kind, std::string_view frame) {
  auto decoded = decoder_.decode(frame, buffer_);
  if (!decoded) return std::move(decoded).error();
  if (!reader_.read(kind, buffer_, facts_)) {
    return Error{Code::corrupt, "a stored document is not JSON"};
  }
  return entry(kind);
}

std::unique_ptr<Press> DocumentPress::fork(Kind kind, std::string_view dictionary) const {
  return std::make_unique<PressAhead>(kind, seed_, dictionary);
}

std::optional<FreshDictionary> DocumentPress::learn(
    Kind kind, const std::vector<std::string_view>& documents) {
  auto& unteachable = unteachable_[index_of(kind)];
  if (unteachable || encoder_.dictionary(kind) != 0 || documents.size() < kEnoughToLearn) {
    return std::nullopt;
  }
  auto bytes = train_dictionary(documents);
  unteachable = !bytes;  // trying again with every page would cost more than it brings
  if (!bytes) return std::nullopt;
  use_dictionary(kind, *bytes);
  const auto id = dictionary_id(*bytes);
  return FreshDictionary{id, std::move(*bytes)};
}

IndexEntry DocumentPress::entry(Kind kind) const {
  IndexEntry made;
  made.status = facts_.status;
  made.owner_type = facts_.owner_type;
  made.words = facts_.words;
  made.hashes.reserve(facts_.keys.size());
  for (const auto& [key, value] : facts_.keys) {
    const auto comparable = normalised(key, value);
    if (!comparable.empty()) made.hashes.push_back(lookup_hash(seed_, kind, key, comparable));
  }
  std::sort(made.hashes.begin(), made.hashes.end());
  made.hashes.erase(std::unique(made.hashes.begin(), made.hashes.end()), made.hashes.end());
  return made;
}

}  // namespace icure::store
