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
// slot store <nonce> <wrapped master key> <tag>
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

std::string text_of(const Sealed& sealed, std::string_view slot) {
  std::string text = std::string(kHead) + "\nslot " + std::string(slot) + " " +
                     to_hex(sealed.nonce) + " " + to_hex(sealed.text) + " " + to_hex(sealed.tag) +
                     "\n";
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
};

/// Every line before the checksum must be understood or be a slot: slots of later versions stay.
Copy read_copy(const std::string& path, const Secret& store_key) {
  Copy copy;
  auto text = read_small(path);
  if (!text) {
    if (text.error().code != Code::not_found) copy.state = State::damaged;
    return copy;
  }
  copy.text = *text;
  copy.state = State::damaged;
  const auto sum_at = copy.text.rfind("sum ");
  if (sum_at == std::string::npos) return copy;
  const auto body = std::string_view(copy.text).substr(0, sum_at);
  if (copy.text.substr(sum_at) != "sum " + checksum(body) + "\n") return copy;
  auto rest = body;
  if (next(rest, '\n') != kHead) return copy;
  copy.state = State::refused;
  while (!rest.empty()) {
    auto line = next(rest, '\n');
    if (next(line, ' ') != "slot" || next(line, ' ') != kStoreSlot) continue;
    Sealed sealed;
    const bool nonce = hex_into(next(line, ' '), sealed.nonce);
    const auto wrapped = from_hex(next(line, ' '));
    if (!nonce || !wrapped || !hex_into(line, sealed.tag)) continue;
    sealed.text = *wrapped;
    auto master = unseal(sealed, store_key, label_of(kStoreSlot));
    if (!master || master->size() != kKeyBytes) continue;
    copy.master = std::move(*master);
    copy.state = State::opened;
  }
  return copy;
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
  for (const auto& [name, copy] :
       {std::pair(kKeysName, &first), std::pair(kKeysCopyName, &second)}) {
    if (copy->text == chosen.text) continue;
    const auto wrote = write_durably(directory, std::string(name), chosen.text);
    warnings.push_back(wrote ? path(name) + " was missing or damaged and has been restored"
                             : path(name) + " is missing or damaged: " + wrote.error().message);
  }
  return Keys(std::move(chosen.master));
}

Result<Keys> create_keys(const std::string& directory, const Secret& store_key, Random& random) {
  Secret master = Secret::zeroed(kKeyBytes);
  random.fill({master.data(), master.size()});
  const auto text = text_of(seal(master, store_key, label_of(kStoreSlot), random), kStoreSlot);
  for (const auto name : {kKeysCopyName, kKeysName}) {
    auto wrote = write_durably(directory, std::string(name), text);
    if (!wrote) return std::move(wrote).error();
  }
  return Keys(std::move(master));
}

}  // namespace icure::store
