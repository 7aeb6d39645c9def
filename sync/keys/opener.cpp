#include "sync/keys/opener.h"

#include <algorithm>

#include "sync/decrypt/recovery.h"
#include "sync/keys/opened_words.h"

namespace icure::sync {

void Opener::add(std::unique_ptr<KeySet> set) {
  remove(set->owner(), set->fingerprint());
  Held held;
  held.imported.push_back(set->fingerprint());
  held.set = std::move(set);
  sets_.push_back(std::move(held));
}

void Opener::remove(std::string_view owner, std::string_view fingerprint) {
  std::erase_if(sets_, [&](const Held& held) {
    if (!held.combined) {
      return held.set->owner() == owner && held.set->fingerprint() == fingerprint;
    }
    return std::find(held.imported.begin(), held.imported.end(), fingerprint) !=
           held.imported.end();
  });
}

std::size_t Opener::learn_owner(std::string_view id, std::string_view rev,
                                std::string_view document) {
  std::size_t found = 0;
  for (const auto& held : sets_) found += held.set->learn_owner(id, rev, document);
  return found;
}

std::size_t Opener::learn_exchange_data(std::string_view owner, std::string_view id,
                                        std::string_view rev, std::string_view document) {
  std::size_t found = 0;
  for (const auto& held : sets_) {
    if (held.set->owner() == owner) found += held.set->learn_exchange_data(id, rev, document);
  }
  return found;
}

bool Opener::recover(std::string_view owner, std::string_view owner_document) {
  bool any = false;
  for (const auto& held : sets_) {
    if (held.set->owner() == owner && held.set->recover(owner_document)) any = true;
  }
  return any;
}

bool Opener::combine_shares(std::string_view owner, std::string_view owner_document) {
  Held combined;
  std::vector<const decrypt::ExchangeKeys*> exchange;
  const auto notaries = decrypt::notaries_of(owner_document);
  for (const auto& held : sets_) {
    if (std::find(notaries.begin(), notaries.end(), held.set->owner()) == notaries.end()) continue;
    exchange.push_back(&held.set->exchange());
    for (const auto& fingerprint : held.imported) combined.imported.push_back(fingerprint);
  }
  if (exchange.empty()) return false;
  auto keys = decrypt::recover_keys(owner_document, exchange, decrypt::KeyRing());
  if (!keys) return false;
  bool any = false;
  for (auto& key : *keys) {
    const bool known = std::any_of(sets_.begin(), sets_.end(),
                                   [&key](const Held& held) { return held.set->holds(key); });
    if (known) continue;
    auto set = KeySet::make(std::string(owner), owner_document, std::move(key));
    if (!set) continue;
    Held held;
    held.set = std::move(*set);
    held.imported = combined.imported;
    held.combined = true;
    sets_.push_back(std::move(held));
    any = true;
  }
  return any;
}

std::set<std::string> Opener::recovered_owners() const {
  std::set<std::string> owners;
  for (const auto& held : sets_) {
    if (held.combined) owners.insert(held.set->owner());
  }
  return owners;
}

OpenedPatient Opener::open(std::string_view document) {
  OpenedPatient patient;
  patient.sealed = document.find(R"("encryptedSelf")") != document.npos;
  if (!patient.sealed) return patient;
  std::string current(document);
  std::vector<decrypt::UnreadPart> unread;
  bool first = true;
  for (const auto& held : sets_) {
    auto read = held.set->reader().read(current);
    if (!read) {
      patient.unread.push_back("the record: its document cannot be read");
      return patient;
    }
    if (!read->members.empty()) {
      patient.words += opened_words(read->document, read->members);
      for (const auto& fingerprint : held.imported) patient.opened_by.push_back(fingerprint);
      for (const auto& member : read->members) patient.members.push_back(member);
      current = std::move(read->document);
    }
    if (first) unread = read->unread;
    // Closed is what no key opens.
    std::erase_if(unread, [&](const decrypt::UnreadPart& part) {
      return std::none_of(read->unread.begin(), read->unread.end(),
                          [&](const auto& other) { return other.path == part.path; });
    });
    first = false;
    if (unread.empty()) break;
  }
  if (first) unread.push_back({"", decrypt::Unread::not_shared});
  for (const auto& part : unread) patient.unread.push_back(decrypt::describe(part));
  if (!patient.opened_by.empty()) patient.json = std::move(current);
  return patient;
}

}  // namespace icure::sync
