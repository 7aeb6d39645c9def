#include "sync/keys/key_set.h"

#include "sync/decrypt/recovery.h"

namespace icure::sync {
namespace {

/// Whether the member is an object that is not empty; by its text, since this is asked of millions.
bool is_filled(std::string_view json, std::string_view quoted_name) {
  constexpr std::string_view kSpace = " \t\r\n";
  for (auto at = json.find(quoted_name); at != json.npos; at = json.find(quoted_name, at + 1)) {
    auto value = json.find_first_not_of(kSpace, at + quoted_name.size());
    if (value == json.npos || json[value] != ':') continue;
    value = json.find_first_not_of(kSpace, value + 1);
    if (value == json.npos || json[value] != '{') continue;
    value = json.find_first_not_of(kSpace, value + 1);
    if (value != json.npos && json[value] != '}') return true;
  }
  return false;
}

}  // namespace

bool has_exchange_keys(std::string_view owner_document) {
  return is_filled(owner_document, R"("aesExchangeKeys")") ||
         is_filled(owner_document, R"("hcPartyKeys")");
}

bool has_shares(std::string_view owner_document) {
  return is_filled(owner_document, R"("privateKeyShamirPartitions")");
}

Result<std::unique_ptr<KeySet>> KeySet::make(std::string owner, std::string_view owner_document,
                                             decrypt::PrivateKey key) {
  auto fingerprint = key.fingerprint_v1();
  std::unique_ptr<KeySet> set(new KeySet(std::move(owner), std::move(fingerprint)));
  auto added = set->ring_.add(owner_document, std::move(key));
  if (!added) return std::move(added).error();
  return set;
}

bool KeySet::is_new(std::string_view id, std::string_view rev) {
  const auto hash = std::hash<std::string_view>();
  return learned_.insert(hash(id) * 31 + hash(rev)).second;
}

std::size_t KeySet::learn_owner(std::string_view id, std::string_view rev,
                                std::string_view document) {
  if (!is_new(id, rev)) return 0;
  const auto opened = exchange_.add_owner(document);
  return opened ? opened->keys : 0;
}

std::size_t KeySet::learn_exchange_data(std::string_view id, std::string_view rev,
                                        std::string_view document) {
  if (!is_new(id, rev)) return 0;
  const auto opened = exchange_.add_exchange_data(document);
  return opened ? opened->keys : 0;
}

bool KeySet::recover(std::string_view owner_document) {
  if (!is_filled(owner_document, R"("transferKeys")")) return false;
  auto recovered = decrypt::recover_keys(owner_document, exchange_, ring_);
  if (!recovered) return false;
  bool any = false;
  for (auto& key : *recovered) {
    const auto added = ring_.add(owner_document, std::move(key));
    any = any || added;
  }
  if (any) learned_.clear();
  return any;
}

}  // namespace icure::sync
