#include "sync/keys/opener.h"

#include <algorithm>

#include "sync/keys/opened_words.h"

namespace icure::sync {

void Opener::add(std::unique_ptr<KeySet> set) {
  remove(set->owner(), set->fingerprint());
  sets_.push_back(std::move(set));
}

void Opener::remove(std::string_view owner, std::string_view fingerprint) {
  std::erase_if(sets_, [&](const auto& set) {
    return set->owner() == owner && set->fingerprint() == fingerprint;
  });
}

std::size_t Opener::learn_owner(std::string_view id, std::string_view rev,
                                std::string_view document) {
  std::size_t found = 0;
  for (const auto& set : sets_) found += set->learn_owner(id, rev, document);
  return found;
}

std::size_t Opener::learn_exchange_data(std::string_view owner, std::string_view id,
                                        std::string_view rev, std::string_view document) {
  std::size_t found = 0;
  for (const auto& set : sets_) {
    if (set->owner() == owner) found += set->learn_exchange_data(id, rev, document);
  }
  return found;
}

bool Opener::recover(std::string_view owner, std::string_view owner_document) {
  bool any = false;
  for (const auto& set : sets_) {
    if (set->owner() == owner && set->recover(owner_document)) any = true;
  }
  return any;
}

OpenedPatient Opener::open(std::string_view document) {
  OpenedPatient patient;
  patient.sealed = document.find(R"("encryptedSelf")") != document.npos;
  if (!patient.sealed) return patient;
  std::string current(document);
  std::vector<decrypt::UnreadPart> unread;
  bool first = true;
  for (const auto& set : sets_) {
    auto read = set->reader().read(current);
    if (!read) {
      patient.unread.push_back("the record: its document cannot be read");
      return patient;
    }
    if (!read->members.empty()) {
      patient.words += opened_words(read->document, read->members);
      patient.opened_by.push_back(set->fingerprint());
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
