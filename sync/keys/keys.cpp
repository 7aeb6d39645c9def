// What callers ask of the keys, and taking them up at the start. The work behind is in
// keys_loop.cpp.
#include "sync/keys/keys.h"

#include <algorithm>
#include <array>

#include "daemon/base/log.h"
#include "sync/decrypt/recovery.h"

namespace icure::sync {
namespace {

constexpr std::array kOwnerKinds = {Kind::hcp, Kind::patient, Kind::device};

Error no_such_owner() {
  return Error{Code::not_found, "no data owner of that id is mirrored here",
               "give the id of the professional, patient or device whose key it is; \"icurectl "
               "owner search\" finds it"};
}

}  // namespace

/// Scan thread.
Result<store::Row> Keys::owner_document(const std::string& owner) {
  std::optional<Error> why;
  for (const auto kind : kOwnerKinds) {
    auto row = parts_.scan.get(kind, owner);
    if (row) return row;
    if (row.error().code != Code::not_found) why = std::move(row).error();
  }
  return why ? *why : no_such_owner();
}

std::set<std::string> Keys::owners() const {
  std::set<std::string> found;
  for (const auto& key : held_) found.insert(key.owner);
  found.insert(recovered_.begin(), recovered_.end());
  return found;
}

DecryptionProgress Keys::progress() const {
  return {held_.size(), counts_.readable, counts_.unreadable, held_.empty() ? 0 : left_};
}

Task<Result<Imported>> Keys::take_in(std::string owner, Secret text) {
  auto read = [&text] { return decrypt::PrivateKey::take_in(text.bytes()); };
  auto key = co_await parts_.scan_thread.run(std::move(read));
  if (!key) co_return std::move(key).error();
  co_return co_await take_up(std::move(owner), std::move(*key));
}

Task<Result<Imported>> Keys::recover_in(std::string owner, Secret recovery_key,
                                        std::stop_token stop) {
  auto key = decrypt::read_recovery_key(recovery_key.reveal());
  if (!key) co_return std::move(key).error();
  auto document = co_await calls_.recovery_data(decrypt::recovery_data_id(*key), std::move(stop));
  if (!document && document.error().status == 404) {
    co_return Error{Code::not_found, "the platform has nothing that this recovery key opens",
                    "check it, letter by letter; it may have expired, or been used up"};
  }
  if (!document) co_return error_of(document.error());
  auto open = [&document, &key] { return decrypt::open_recovery_data(*document, *key); };
  auto recovered = co_await parts_.scan_thread.run(std::move(open));
  if (!recovered) co_return std::move(recovered).error();
  std::optional<Imported> own;
  for (auto& pair : recovered->pairs) {
    auto imported = co_await take_up(pair.owner, std::move(pair.key));
    if (pair.owner != owner) continue;
    if (!imported) co_return std::move(imported).error();
    if (!own || imported->matches) own = std::move(*imported);
  }
  if (own) co_return std::move(*own);
  co_return Error{Code::invalid, "this recovery key holds no private key of that data owner",
                  "give the data owner who made it; one that only restores access to exchange keys "
                  "is used with the platform's own applications"};
}

Task<Result<Imported>> Keys::take_up(std::string owner, decrypt::PrivateKey private_key) {
  struct Taken {
    store::ImportedKey key;
    std::unique_ptr<KeySet> set;  // null: it does not match
  };
  auto read = [this, &owner, &private_key]() -> Result<Taken> {
    auto document = owner_document(owner);
    parts_.scan.end_turn();
    if (!document) return std::move(document).error();
    Taken taken;
    taken.key.owner = owner;
    taken.key.fingerprint = private_key.fingerprint_v1();
    taken.key.pkcs8 = private_key.to_pkcs8();
    auto set = KeySet::make(owner, document->json, std::move(private_key));
    if (set) {
      taken.set = std::move(*set);
    } else if (set.error().code != Code::not_found) {
      return std::move(set).error();
    }
    return taken;
  };
  co_await ready();
  auto taken = co_await parts_.scan_thread.run(std::move(read));
  if (!taken) co_return std::move(taken).error();
  Imported imported{taken->key.fingerprint, taken->set != nullptr};
  if (!imported.matches) co_return imported;
  taken->key.imported = parts_.clock.wall();
  auto keep = [this, &taken] { return parts_.ledger.keep(taken->key); };
  auto kept = co_await parts_.ledger_thread.run(std::move(keep));
  if (!kept) co_return std::move(kept).error();
  auto note = [this] { return parts_.decrypted.note_changes(true); };
  auto noting = co_await parts_.mirror_thread.run(std::move(note));
  if (!noting) co_return std::move(noting).error();
  const auto same = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
    return held.owner == owner && held.fingerprint == imported.fingerprint;
  });
  if (same != held_.end() && same->active) co_return imported;
  if (same != held_.end()) {
    same->active = true;
  } else {
    held_.push_back({owner, imported.fingerprint, taken->key.imported, true});
  }
  auto add = [this, &taken] {
    opener_.add(std::move(taken->set));
    return Done{};
  };
  co_await parts_.scan_thread.run(std::move(add));
  to_fetch_.insert(owner);
  fetch_not_before_ = Millis(0);
  want(Learn::everybody);
  read_again_ = true;
  log::info("a key was imported; {} are held", held_.size());
  wake();
  co_return imported;
}

Task<Result<std::vector<KeyRow>>> Keys::list() {
  co_await ready();
  auto count = [this] { return parts_.decrypted.opened_by(); };
  auto opened = co_await parts_.mirror_thread.run(std::move(count));
  if (!opened) co_return std::move(opened).error();
  std::vector<KeyRow> rows;
  for (const auto& held : held_) {
    const auto found = opened->find(held.fingerprint);
    rows.push_back(
        {held.owner, held.fingerprint, held.imported, found == opened->end() ? 0 : found->second});
  }
  co_return rows;
}

Task<Result<Done>> Keys::remove(std::string owner, std::string fingerprint) {
  co_await ready();
  const auto wanted = decrypt::fingerprint_of(fingerprint);
  if (!wanted) {
    co_return Error{Code::invalid, "fingerprint: is none",
                    "give it as \"icurectl key list\" shows it"};
  }
  const auto at = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
    return (owner.empty() || held.owner == owner) &&
           decrypt::fingerprint_of(held.fingerprint) == wanted;
  });
  if (at == held_.end()) {
    co_return Error{Code::not_found, "no such key was imported here",
                    "\"icurectl key list\" shows those that were"};
  }
  const Held gone = *at;
  auto forget = [this, &gone] { return parts_.ledger.remove(gone.owner, gone.fingerprint); };
  auto forgotten = co_await parts_.ledger_thread.run(std::move(forget));
  if (!forgotten) co_return std::move(forgotten).error();
  ++generation_;
  std::erase_if(held_, [&](const Held& held) {
    return held.owner == gone.owner && held.fingerprint == gone.fingerprint;
  });
  auto closed = recovered_;  // whose exchange data opens nothing any more
  closed.insert(gone.owner);
  auto drop = [this, &gone] {
    opener_.remove(gone.owner, gone.fingerprint);
    return opener_.recovered_owners();
  };
  recovered_ = co_await parts_.scan_thread.run(std::move(drop));
  for (const auto& owner_left : owners()) closed.erase(owner_left);
  const bool last = held_.empty();
  auto erase = [this, &closed, last]() -> Result<Done> {
    auto erased = parts_.decrypted.forget_all();
    if (erased && last) erased = parts_.decrypted.note_changes(false);
    for (const auto& owner_gone : closed) {
      if (!erased) break;
      erased = parts_.exchange_data.retain(owner_gone, {});
    }
    return erased;
  };
  auto erased = co_await parts_.mirror_thread.run(std::move(erase));
  if (!erased) {
    co_return Error{
        erased.error().code,
        "the key is gone, but what it opened could not be erased: " + erased.error().message,
        "restart the daemon: it tries again then"};
  }
  counts_ = {};
  looked_at_.reset();
  if (!last) want(Learn::everybody);  // the notaries that are left may be enough for another's key
  log::info("a key was removed, and what was opened erased; {} are held", held_.size());
  wake();
  co_return Done{};
}

Task<OpenedPatient> Keys::open(std::string document) {
  co_await ready();
  if (held_.empty()) {
    OpenedPatient closed;
    closed.sealed = true;
    closed.unread.emplace_back("the record: encrypted, and no key was imported here");
    co_return closed;
  }
  auto job = [this, &document] { return opener_.open(document); };
  co_return co_await parts_.scan_thread.run(std::move(job));
}

/// At the start callers come before the ledger was read.
Task<Done> Keys::ready() {
  while (!loaded_) co_await was_loaded_.wait();
  co_return Done{};
}

Task<Result<Done>> Keys::load() {
  auto read = [this] { return parts_.ledger.all(); };
  auto keys = co_await parts_.ledger_thread.run(std::move(read));
  if (!keys) co_return std::move(keys).error();
  std::set<std::string> fingerprints;
  for (const auto& key : *keys) {
    held_.push_back({key.owner, key.fingerprint, key.imported, false});
    fingerprints.insert(key.fingerprint);
  }
  keys->clear();
  // What a key opened that went since, say while the disk was full, goes now.
  auto settle = [this, &fingerprints]() -> Result<store::DecryptedCounts> {
    auto opened = parts_.decrypted.opened_by();
    if (!opened) return std::move(opened).error();
    const bool strange = std::any_of(opened->begin(), opened->end(), [&](const auto& key) {
      return !fingerprints.contains(key.first);
    });
    if (strange) {
      auto erased = parts_.decrypted.forget_all();
      if (!erased) return std::move(erased).error();
    }
    auto noting = parts_.decrypted.note_changes(!fingerprints.empty());
    if (!noting) return std::move(noting).error();
    return parts_.decrypted.counts();
  };
  auto settled = co_await parts_.mirror_thread.run(std::move(settle));
  if (!settled) co_return std::move(settled).error();
  counts_ = *settled;
  co_return Done{};
}

/// Takes up keys whose owner's document was not mirrored until now.
Task<Done> Keys::activate() {
  const bool all =
      std::all_of(held_.begin(), held_.end(), [](const auto& key) { return key.active; });
  if (all) co_return Done{};
  auto read = [this] { return parts_.ledger.all(); };
  auto keys = co_await parts_.ledger_thread.run(std::move(read));
  if (!keys) {
    log::warning("imported keys cannot be read: {}", keys.error().message);
    co_return Done{};
  }
  std::vector<std::string> taken_up;
  auto add = [this, &keys, &taken_up] {
    for (const auto& key : *keys) {
      auto document = owner_document(key.owner);
      if (!document) continue;
      auto parsed = decrypt::PrivateKey::take_in(key.pkcs8.bytes());
      if (!parsed) continue;
      auto set = KeySet::make(key.owner, document->json, std::move(*parsed));
      if (!set) continue;
      opener_.add(std::move(*set));
      taken_up.push_back(key.owner + '\n' + key.fingerprint);
    }
    parts_.scan.end_turn();
    return Done{};
  };
  const auto generation = generation_;
  co_await parts_.scan_thread.run(std::move(add));
  if (generation != generation_) {  // one was removed meanwhile: begin anew
    auto drop = [this, &keys] {
      for (const auto& key : *keys) opener_.remove(key.owner, key.fingerprint);
      return Done{};
    };
    co_await parts_.scan_thread.run(std::move(drop));
    for (auto& held : held_) held.active = false;
    co_return Done{};
  }
  for (auto& held : held_) {
    const auto name = held.owner + '\n' + held.fingerprint;
    held.active = std::find(taken_up.begin(), taken_up.end(), name) != taken_up.end();
  }
  if (taken_up.empty()) co_return Done{};
  want(Learn::everybody);
  to_fetch_ = owners();
  read_again_ = read_again_ || counts_.unreadable > 0;
  co_return Done{};
}

}  // namespace icure::sync
