#include "store/keys.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <optional>

#include "daemon/base/hex.h"
#include "store/file_names.h"
#include "store/files.h"
#include "store/seal.h"

namespace icure::store {
namespace {

enum class State { missing, damaged, opened, refused };

struct Copy {
  State state = State::missing;
  std::string text;
  KeySlots slots;
  OpenedSlot opened;
};

Copy parse(std::string text, SlotKind kind, const Secret& key) {
  Copy copy;
  copy.text = std::move(text);
  auto slots = read_slots(copy.text);
  copy.state = slots ? State::refused : State::damaged;
  if (!slots) return copy;
  copy.slots = std::move(*slots);
  auto opened = open_slot(copy.slots, kind, key);
  if (!opened) return copy;
  copy.opened = std::move(*opened);
  copy.state = State::opened;
  return copy;
}

Copy read_copy(const std::string& path, SlotKind kind, const Secret& key) {
  auto text = read_small(path);
  if (text) return parse(std::move(*text), kind, key);
  Copy copy;
  if (text.error().code != Code::not_found) copy.state = State::damaged;
  return copy;
}

/// Its text without the slots of store keys that were there before the one that opened it.
std::string without_older(const Copy& copy) {
  if (copy.opened.at != first_of(copy.slots, SlotKind::store)) return copy.text;
  return text_of(without_others(copy.slots, SlotKind::store, copy.opened.at));
}

bool usable(const Copy& copy) {
  return copy.state == State::opened || copy.state == State::refused;
}

std::string path_in(const std::string& directory, std::string_view name) {
  return directory + "/" + std::string(name);
}

/// What stands in the directory now, whatever opens it: the first copy that is whole.
Result<KeySlots> slots_in(const std::string& directory) {
  for (const auto name : {kKeysName, kKeysCopyName}) {
    const auto text = read_small(path_in(directory, name));
    auto slots = text ? read_slots(*text) : std::nullopt;
    if (slots) return std::move(*slots);
  }
  return Error{Code::io, path_in(directory, kKeysName) + " and its copy cannot be read",
               "bring a backup back: icurectl backup restore"};
}

Result<Done> write_slots(const KeySlots& slots, const std::string& directory) {
  const auto text = text_of(slots);
  for (const auto name : {kKeysName, kKeysCopyName}) {
    auto wrote = write_durably(directory, std::string(name), text);
    if (!wrote) return std::move(wrote).error();
  }
  return Done{};
}

}  // namespace

Result<Secret> parse_store_key(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = std::min(text.find_first_not_of(kSpace), text.size());
  text.remove_prefix(first);
  text = text.substr(0, text.find_last_not_of(kSpace) + 1);
  Error error{Code::wrong_key, "the store key must be 64 hex digits (32 bytes)",
              "make one with: openssl rand -hex 32"};
  if (text.size() != 2 * kKeyBytes) {
    error.message += ", but has " + std::to_string(text.size()) + " characters";
    return error;
  }
  auto bytes = from_hex(text);
  if (!bytes) {
    error.message += ", but has other characters";
    return error;
  }
  Secret key{std::span<const unsigned char>(*bytes)};
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return key;
}

Secret Keys::of_database(std::string_view file_name) const {
  return derive(master_, file_name);
}

Result<Done> Keys::wrap_under(const Secret& store_key, const std::string& directory,
                              Random& random) const {
  auto slots = slots_in(directory);
  if (!slots) return std::move(slots).error();
  slots->insert(slots->begin(), make_slot(SlotKind::store, master_, store_key, random));
  return write_slots(*slots, directory);
}

Result<Done> Keys::wrap_for_recovery(const Secret& recovery_key, const std::string& directory,
                                     Random& random) const {
  auto present = slots_in(directory);
  if (!present) return std::move(present).error();
  auto slots = without_others(*present, SlotKind::recovery, present->size());
  slots.push_back(make_slot(SlotKind::recovery, master_, recovery_key, random));
  return write_slots(slots, directory);
}

Result<Keys> keys_in(std::string_view text, SlotKind kind, const Secret& key) {
  auto copy = parse(std::string(text), kind, key);
  if (copy.state == State::opened) return Keys(std::move(copy.opened.master));
  if (copy.state == State::damaged) return Error{Code::corrupt, "these keys are damaged"};
  if (kind == SlotKind::store) {
    return Error{Code::wrong_key, "the store key does not open these keys",
                 "give the store key that was in use when they were saved"};
  }
  const bool none = first_of(copy.slots, kind) == copy.slots.size();
  return Error{Code::wrong_key,
               none ? "these keys were saved without a recovery key"
                    : "the recovery key does not open these keys",
               "give the recovery key that was made last before they were saved, or the store key"};
}

bool are_whole_keys(std::string_view text) {
  return read_slots(std::string(text)).has_value();
}

Result<Keys> open_keys(const std::string& directory, const Secret& store_key,
                       std::vector<std::string>& warnings) {
  const auto path = [&](std::string_view name) { return path_in(directory, name); };
  Copy first = read_copy(path(kKeysName), SlotKind::store, store_key);
  Copy second = read_copy(path(kKeysCopyName), SlotKind::store, store_key);
  if (first.state == State::missing && second.state == State::missing) {
    return Error{Code::not_found, "there is no file " + path(kKeysName)};
  }
  if (!usable(first) && !usable(second)) {
    return Error{Code::wrong_key,
                 "both " + path(kKeysName) + " and its copy are damaged or cannot be read",
                 "restore them from a backup"};
  }
  // A sound first copy that refuses the key is decisive: the second may be older than a rekey.
  Copy& chosen = usable(first) ? first : second;
  if (chosen.state != State::opened) {
    return Error{Code::wrong_key, "the store key does not open " + path(kKeysName),
                 "give the store key that this store was made with"};
  }
  const auto text = without_older(chosen);
  const bool tidied = text != chosen.text;
  for (const auto& [name, copy] :
       {std::pair(kKeysName, &first), std::pair(kKeysCopyName, &second)}) {
    if (copy->text == text) continue;
    const auto wrote = write_durably(directory, std::string(name), text);
    if (tidied) {
      if (!wrote) warnings.push_back("an older store key still opens: " + wrote.error().message);
      continue;
    }
    warnings.push_back(wrote ? path(name) + " was missing or damaged and has been restored"
                             : path(name) + " is missing or damaged: " + wrote.error().message);
  }
  return Keys(std::move(chosen.opened.master));
}

Result<Keys> recover_keys(const std::string& directory, const Secret& recovery_key) {
  Error last{Code::not_found, "there is no file " + path_in(directory, kKeysName)};
  for (const auto name : {kKeysName, kKeysCopyName}) {
    const auto text = read_small(path_in(directory, name));
    if (!text) continue;
    auto keys = keys_in(*text, SlotKind::recovery, recovery_key);
    if (keys) return keys;
    last = std::move(keys).error();
    // A sound first copy is decisive: the second may be older.
    if (last.code == Code::wrong_key) break;
  }
  return last;
}

Result<Keys> create_keys(const std::string& directory, const Secret& store_key, Random& random) {
  Secret master = Secret::zeroed(kKeyBytes);
  random.fill({master.data(), master.size()});
  const auto text = text_of({make_slot(SlotKind::store, master, store_key, random)});
  for (const auto name : {kKeysCopyName, kKeysName}) {
    auto wrote = write_durably(directory, std::string(name), text);
    if (!wrote) return std::move(wrote).error();
  }
  return Keys(std::move(master));
}

Result<Keys> open_or_create_keys(const std::string& directory, const Secret& store_key,
                                 Random& random, std::vector<std::string>& warnings) {
  auto keys = open_keys(directory, store_key, warnings);
  if (keys || keys.error().code != Code::not_found) return keys;
  for (const auto* name : {kLedgerName, kMirrorName, kAuditName}) {
    const auto path = path_in(directory, name);
    if (!exists(path)) continue;
    return Error{Code::wrong_key, "there is " + path + ", but its keys are missing",
                 "restore the file \"keys\" from a backup, or choose another directory"};
  }
  return create_keys(directory, store_key, random);
}

}  // namespace icure::store
