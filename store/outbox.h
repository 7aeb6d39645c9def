// The outbox as the rest of the program sees it: writes that were accepted, in the order of their
// acceptance, with all that is needed to carry them out after a crash. Knows nothing of what they
// mean. Its file is the ledger's.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/kind.h"
#include "daemon/base/result.h"
#include "store/invitation.h"

namespace icure::store {

enum class ItemState {
  queued,
  sending,
  retrying,  ///< Tried again by itself at `next_try`.
  blocked,   ///< Needs a person.
  held,      ///< Put aside by an admin, or by us after a restore.
  done,
  failed,  ///< Refused for good; kept until someone discards it.
  cancelled,
  expired,
};
inline constexpr std::size_t kItemStates = 9;
inline constexpr std::array<std::string_view, kItemStates> kItemStateNames = {
    "queued", "sending", "retrying", "blocked", "held", "done", "failed", "cancelled", "expired"};

/// As on the socket, such as "retrying".
constexpr std::string_view name_of(ItemState state) {
  return kItemStateNames[static_cast<std::size_t>(state)];
}
constexpr std::optional<ItemState> item_state_named(std::string_view name) {
  for (std::size_t each = 0; each < kItemStates; ++each) {
    if (kItemStateNames[each] == name) return static_cast<ItemState>(each);
  }
  return std::nullopt;
}

/// Whether nothing more will be done for an item in this state.
constexpr bool has_ended(ItemState state) {
  return state >= ItemState::done;
}

/// How reads show an entity as long as an item about it has not ended.
struct Overlay {
  enum class Is { edit, creation, removal };
  Is is = Is::edit;
  std::string patch;  ///< A JSON merge patch laid over the mirror's document; of a creation all.
  std::string after;  ///< The document as it will be: what lists and searches find it by.
};

struct Item {
  std::uint64_t number = 0;  ///< Grows with each acceptance; given by enqueue().
  std::string id;
  std::string op;  ///< The method that asked for it.
  Kind kind = Kind::user;
  std::string entity;  ///< Items of one entity are carried out in order.
  ItemState state = ItemState::queued;
  std::uint32_t attempts = 0;
  WallTime created{};
  std::optional<WallTime> next_try;
  std::optional<WallTime> since;  ///< Giving up counts from here; absent: from `created`.
  std::string last_error;         ///< For a person.
  std::string hint;
  /// Entities whose earlier items come first; its own among them: it builds on those.
  std::vector<std::string> refers;
  std::optional<Overlay> overlay;        ///< Given to enqueue(), which keeps it; never given back.
  std::optional<Invitation> invitation;  ///< Given to enqueue(), save() and again(); see there.
  std::string content;  ///< What is to be done and how far it is; sync/ knows the form.
};

struct Step {
  std::string step;
  WallTime at{};
  std::string note;
};

/// Who asked, so that asking twice is done once. Keys of different uids do not meet.
struct IdempotencyKey {
  std::uint32_t uid = 0;
  std::string key;
  std::string params;  ///< A digest of what was asked under this key.
};

struct Accepted {
  Item item;
  bool again = false;  ///< It had been accepted before, under the same key.
};

struct ItemQuery {
  std::optional<ItemState> state;  ///< Absent: any.
  std::uint64_t after = 0;         ///< The last number of the page before.
  std::size_t limit = 100;
};

using ItemCounts = std::array<std::uint64_t, kItemStates>;  ///< By ItemState.

/// Confined to the ledger's thread. Fails with io (disk full: read_only) or corrupt. When a call
/// returns, its change is synced to the disk.
class Outbox {
 public:
  virtual ~Outbox() = default;

  /// Takes the item in as `queued` (or as `held` or `blocked`, if it is that), unless its key was
  /// used before: then the first one comes back as it is by now. As `done` if it is that: what was
  /// carried out at once is remembered with its key. An invitation is kept with it, and its overlay
  /// is what reads show from now on. Fails with key_reused if the key was used for
  /// something else, with queue_full if `most` items have not ended yet, and with invalid if the
  /// overlay is no JSON.
  virtual Result<Accepted> enqueue(Item item, const IdempotencyKey& key, std::uint64_t most) = 0;

  /// Writes down how far an item is: everything but what enqueue() fixed, its invitation's stage,
  /// sent_at and maybe_sent if it is given, and a step if there is one, together. In done,
  /// cancelled and expired its content is erased, in every state that has ended its overlay; in
  /// others an overlay that is given replaces the one it had. Fails with not_found.
  virtual Result<Done> save(const Item& item, const std::optional<Step>& step) = 0;

  /// Asks for more of an item that was taken in before, under a key of its own: as save(), with the
  /// invitation's goal, but leaves an item alone that is being sent at this moment, save for that
  /// goal. Fails with not_found and key_reused.
  virtual Result<Accepted> again(const Item& item, const IdempotencyKey& key,
                                 const std::optional<Step>& step) = 0;

  /// What was taken in under this key, as it is by now, or nothing. Fails with key_reused.
  virtual Result<std::optional<Item>> known(const IdempotencyKey& key) = 0;

  /// Fails with not_found.
  virtual Result<Item> item(std::string_view id) = 0;
  virtual Result<Item> item(std::uint64_t number) = 0;
  /// In the order in which they were taken; empty for an unknown id.
  virtual Result<std::vector<Step>> steps(std::string_view id) = 0;
  /// In the order of acceptance, without content.
  virtual Result<std::vector<Item>> list(const ItemQuery& query) = 0;
  /// The same of those that have not ended, after that number.
  virtual Result<std::vector<Item>> unfinished(std::uint64_t after, std::size_t limit) = 0;
  virtual ItemCounts counts() const = 0;

  /// Records on which machine this ledger is used; empty: not known. If that was another one until
  /// now, it is a copy or was restored, and what is in it may have been carried out already: every
  /// item that has not ended is held, with these words. Returns how many were.
  virtual Result<std::uint64_t> settle_on(const std::string& machine, const std::string& last_error,
                                          const std::string& hint) = 0;

  /// Forgets items that ended before `before`, with their keys; failed ones stay. Returns how many.
  /// Then nothing of what was erased is left in the file's log either.
  virtual Result<std::uint64_t> forget(WallTime before) = 0;
};

}  // namespace icure::store
