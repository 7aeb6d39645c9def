#include "store/keys.h"

#include <openssl/crypto.h>
#include <xxhash.h>

#include <algorithm>
#include <optional>

#include "daemon/base/hex.h"
#include "store/files.h"
#include "store/seal.h"

namespace icure::store {
namespace {

// icure-syncd keys 1
// slot store <nonce> <wrapped master key> <tag>   (the newest store key first)
// sum <checksum of the lines above: tells a damaged copy from a wrong key>
constexpr std::string_view kHead = "icure-syncd keys 1";
constexpr std::string_view kStoreSlot = "store";

std::string label_of(std::string_view slot) {
  return std::string(kHead) + " " + std::string(slot);
}

std::string checksum(std::string_view text) {
  XXH64_canonical_t sum;
  XXH64_canonicalFromHash(&sum, XXH3_64bits(text.data(), text.size()));
  return to_hex(sum.digest);
}

std::string slot_of(const Sealed& sealed, std::string_view slot) {
  return "slot " + std::string(slot) + " " + to_hex(sealed.nonce) + " " + to_hex(sealed.text) +
         " " + to_hex(sealed.tag);
}

std::string text_of(const std::vector<std::string>& slots) {
  std::string text = std::string(kHead) + "\n";
  for (const auto& slot : slots) text += slot + "\n";
  return text + "sum " + checksum(text) + "\n";
}

/// Cuts off and returns what stands before `separator`, or everything.
std::string_view next(std::string_view& text, char separator) {
  const auto at = std::min(text.find(separator), text.size());
  const auto head = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return head;
}

template <std::size_t N>
bool hex_into(std::string_view text, std::array<unsigned char, N>& out) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != N) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

enum class State { missing, damaged, opened, refused };

struct Copy {
  State state = State::missing;
  std::string text;
  Secret master;
  std::vector<std::string> slots;        // as they stand
  std::vector<std::size_t> store_slots;  // those of store keys, by their place in `slots`
  std::size_t opened = 0;                // the place of the one that opened
};

bool is_store_slot(std::string_view line) {
  return next(line, ' ') == "slot" && next(line, ' ') == kStoreSlot;
}

std::optional<Secret> open_slot(std::string_view line, const Secret& store_key) {
  next(line, ' ');
  next(line, ' ');
  Sealed sealed;
  const bool nonce = hex_into(next(line, ' '), sealed.nonce);
  const auto wrapped = from_hex(next(line, ' '));
  if (!nonce || !wrapped || !hex_into(line, sealed.tag)) return std::nullopt;
  sealed.text = *wrapped;
  auto master = unseal(sealed, store_key, label_of(kStoreSlot));
  if (!master || master->size() != kKeyBytes) return std::nullopt;
  return master;
}

/// Every line before the checksum must be understood or be a slot: slots of later versions stay.
Copy parse(std::string text, const Secret& store_key) {
  Copy copy;
  copy.text = std::move(text);
  copy.state = State::damaged;
  const auto sum_at = copy.text.rfind("sum ");
  if (sum_at == std::string::npos) return copy;
  const auto body = std::string_view(copy.text).substr(0, sum_at);
  if (copy.text.substr(sum_at) != "sum " + checksum(body) + "\n") return copy;
  auto rest = body;
  if (next(rest, '\n') != kHead) return copy;
  copy.state = State::refused;
  while (!rest.empty()) {
    const auto line = next(rest, '\n');
    copy.slots.emplace_back(line);
    if (!is_store_slot(line)) continue;
    copy.store_slots.push_back(copy.slots.size() - 1);
    if (copy.state == State::opened) continue;
    auto master = open_slot(line, store_key);
    if (!master) continue;
    copy.master = std::move(*master);
    copy.opened = copy.slots.size() - 1;
    copy.state = State::opened;
  }
  return copy;
}

Copy read_copy(const std::string& path, const Secret& store_key) {
  auto text = read_small(path);
  if (text) return parse(std::move(*text), store_key);
  Copy copy;
  if (text.error().code != Code::not_found) copy.state = State::damaged;
  return copy;
}

/// Its text without the slots of store keys that were there before the one that opened it.
std::string without_older(const Copy& copy) {
  if (copy.opened != copy.store_slots.front()) return copy.text;
  std::vector<std::string> kept;
  for (std::size_t at = 0; at < copy.slots.size(); ++at) {
    if (at == copy.opened || !is_store_slot(copy.slots[at])) kept.push_back(copy.slots[at]);
  }
  return text_of(kept);
}

bool usable(const Copy& copy) {
  return copy.state == State::opened || copy.state == State::refused;
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
  auto present = read_copy(directory + "/" + std::string(kKeysName), store_key);
  if (!usable(present)) {
    return Error{Code::io, directory + "/" + std::string(kKeysName) + " cannot be read",
                 "restart the daemon, which mends it from its copy"};
  }
  std::vector<std::string> slots = {
      slot_of(seal(master_, store_key, label_of(kStoreSlot), random), kStoreSlot)};
  slots.insert(slots.end(), present.slots.begin(), present.slots.end());
  const auto text = text_of(slots);
  for (const auto name : {kKeysName, kKeysCopyName}) {
    auto wrote = write_durably(directory, std::string(name), text);
    if (!wrote) return std::move(wrote).error();
  }
  return Done{};
}

Result<Keys> keys_in(std::string_view text, const Secret& store_key) {
  auto copy = parse(std::string(text), store_key);
  if (copy.state == State::opened) return Keys(std::move(copy.master));
  if (copy.state == State::refused) {
    return Error{Code::wrong_key, "the store key does not open these keys",
                 "give the store key that was in use when they were saved"};
  }
  return Error{Code::corrupt, "these keys are damaged"};
}

bool are_whole_keys(std::string_view text) {
  return usable(parse(std::string(text), Secret::zeroed(kKeyBytes)));
}

Result<Keys> open_keys(const std::string& directory, const Secret& store_key,
                       std::vector<std::string>& warnings) {
  const auto path = [&](std::string_view name) { return directory + "/" + std::string(name); };
  Copy first = read_copy(path(kKeysName), store_key);
  Copy second = read_copy(path(kKeysCopyName), store_key);
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
  return Keys(std::move(chosen.master));
}

Result<Keys> create_keys(const std::string& directory, const Secret& store_key, Random& random) {
  Secret master = Secret::zeroed(kKeyBytes);
  random.fill({master.data(), master.size()});
  const auto text =
      text_of({slot_of(seal(master, store_key, label_of(kStoreSlot), random), kStoreSlot)});
  for (const auto name : {kKeysCopyName, kKeysName}) {
    auto wrote = write_durably(directory, std::string(name), text);
    if (!wrote) return std::move(wrote).error();
  }
  return Keys(std::move(master));
}

}  // namespace icure::store
