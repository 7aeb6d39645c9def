// The text of the file `keys`, taken apart and put together. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/base/secret.h"

namespace icure::store {

/// What a slot opens with.
enum class SlotKind {
  store,     ///< The store key, which the daemon has.
  recovery,  ///< The recovery key, which lies in a drawer.
};

/// The slots as they stand, a line each; the newest store key's is the first of its kind. Kinds of
/// later versions are kept.
using KeySlots = std::vector<std::string>;

/// Nothing if the text is damaged: one character is enough.
std::optional<KeySlots> read_slots(const std::string& text);
std::string text_of(const KeySlots& slots);

/// The master key, wrapped. Requires a key of kKeyBytes.
std::string make_slot(SlotKind kind, const Secret& master, const Secret& key, Random& random);

/// What a slot of that kind holds, and which one it was: its place in `slots`.
struct OpenedSlot {
  Secret master;
  std::size_t at = 0;
};

/// Nothing if the key opens none of them.
std::optional<OpenedSlot> open_slot(const KeySlots& slots, SlotKind kind, const Secret& key);

/// The first of that kind; the number of slots if there is none.
std::size_t first_of(const KeySlots& slots, SlotKind kind);

/// Drops all of that kind but the one at `kept`.
KeySlots without_others(const KeySlots& slots, SlotKind kind, std::size_t kept);

}  // namespace icure::store
