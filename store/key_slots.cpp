#include "store/key_slots.h"

#include <xxhash.h>

#include <algorithm>

#include "daemon/base/hex.h"
#include "store/seal.h"

namespace icure::store {
namespace {

// icure-syncd keys 1
// slot <kind> <nonce> <wrapped master key> <tag>
// sum <checksum of the lines above: tells a damaged copy from a wrong key>
constexpr std::string_view kHead = "icure-syncd keys 1";

std::string_view name_of(SlotKind kind) {
  return kind == SlotKind::store ? "store" : "recovery";
}

/// Bound to what is wrapped, so that no slot passes for one of another kind.
std::string label_of(SlotKind kind) {
  return std::string(kHead).append(" ").append(name_of(kind));
}

std::string checksum(std::string_view text) {
  XXH64_canonical_t sum;
  XXH64_canonicalFromHash(&sum, XXH3_64bits(text.data(), text.size()));
  return to_hex(sum.digest);
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

/// Whether it is of that kind; then `line` is what follows that.
bool cut_kind(std::string_view& line, SlotKind kind) {
  return next(line, ' ') == "slot" && next(line, ' ') == name_of(kind);
}

bool is_of(std::string_view line, SlotKind kind) {
  return cut_kind(line, kind);
}

std::optional<Secret> open_line(std::string_view line, SlotKind kind, const Secret& key) {
  if (!cut_kind(line, kind)) return std::nullopt;
  Sealed sealed;
  const bool nonce = hex_into(next(line, ' '), sealed.nonce);
  const auto wrapped = from_hex(next(line, ' '));
  if (!nonce || !wrapped || !hex_into(line, sealed.tag)) return std::nullopt;
  sealed.text = *wrapped;
  auto master = unseal(sealed, key, label_of(kind));
  if (!master || master->size() != kKeyBytes) return std::nullopt;
  return master;
}

}  // namespace

std::optional<KeySlots> read_slots(const std::string& text) {
  const auto sum_at = text.rfind("sum ");
  if (sum_at == std::string::npos) return std::nullopt;
  auto rest = std::string_view(text).substr(0, sum_at);
  if (text.substr(sum_at) != "sum " + checksum(rest) + "\n") return std::nullopt;
  if (next(rest, '\n') != kHead) return std::nullopt;
  KeySlots slots;
  while (!rest.empty()) slots.emplace_back(next(rest, '\n'));
  return slots;
}

std::string text_of(const KeySlots& slots) {
  std::string text = std::string(kHead) + "\n";
  for (const auto& slot : slots) text += slot + "\n";
  return text + "sum " + checksum(text) + "\n";
}

std::string make_slot(SlotKind kind, const Secret& master, const Secret& key, Random& random) {
  const auto sealed = seal(master, key, label_of(kind), random);
  return std::string("slot ").append(name_of(kind)) + " " + to_hex(sealed.nonce) + " " +
         to_hex(sealed.text) + " " + to_hex(sealed.tag);
}

std::optional<OpenedSlot> open_slot(const KeySlots& slots, SlotKind kind, const Secret& key) {
  for (std::size_t at = 0; at < slots.size(); ++at) {
    auto master = open_line(slots[at], kind, key);
    if (master) return OpenedSlot{std::move(*master), at};
  }
  return std::nullopt;
}

std::size_t first_of(const KeySlots& slots, SlotKind kind) {
  const auto found = std::find_if(slots.begin(), slots.end(),
                                  [kind](const std::string& line) { return is_of(line, kind); });
  return static_cast<std::size_t>(found - slots.begin());
}

KeySlots without_others(const KeySlots& slots, SlotKind kind, std::size_t kept) {
  KeySlots left;
  for (std::size_t at = 0; at < slots.size(); ++at) {
    if (at == kept || !is_of(slots[at], kind)) left.push_back(slots[at]);
  }
  return left;
}

}  // namespace icure::store
