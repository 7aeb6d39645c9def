// Invitations as the rest of the program sees them: who was asked to come in, through which
// address, and how far that is. Each belongs to one item of the outbox, which carries it out; it
// outlasts the carrying out, until the invited person has come.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/kind.h"
#include "daemon/base/result.h"

namespace icure::store {

/// What has been done, in this order; and below, why no more of it is done.
enum class InvitationState {
  queued,
  user_ready,
  token_ready,
  sent,
  accepted,
  blocked,
  failed,
  cancelled,
  expired,
  held,  ///< Put aside, whatever has been done.
};
inline constexpr std::size_t kInvitationStates = 10;

/// As on the socket, such as "user_ready".
std::string_view name_of(InvitationState state);
std::optional<InvitationState> invitation_state_named(std::string_view name);

enum class Goal { send, cancel };

struct Invitation {
  std::uint64_t number = 0;  ///< Of its item: the order of acceptance.
  std::string id;            ///< Of its item.
  WallTime created{};
  InvitationState state = InvitationState::queued;  ///< Given back: of stage and item.
  InvitationState stage = InvitationState::queued;  ///< How far it is: up to `accepted`.
  Goal goal = Goal::send;
  std::string owner;  ///< Who is invited.
  Kind owner_kind = Kind::patient;
  std::string inviter;
  std::string user;     ///< Whom the owner shall log in as; the item's entity.
  std::string channel;  ///< "email" or "sms".
  std::string contact;  ///< Empty when it was erased.
  std::string details;  ///< What the message says, in a form of sync/'s; erased with the contact.
  std::optional<WallTime> not_before;
  std::optional<WallTime> expires;
  std::optional<WallTime> sent_at;
  bool maybe_sent = false;  ///< A message may have gone out, of which the gateway never told.
};

struct InvitationQuery {
  std::optional<InvitationState> state;  ///< Absent: any.
  std::uint64_t after = 0;               ///< The last number of the page before.
  std::size_t limit = 100;
};

/// Reads what the outbox wrote (Item::invitation). Confined to the ledger's thread; fails with io
/// (disk full: read_only) or corrupt.
class Invitations {
 public:
  virtual ~Invitations() = default;

  /// Fails with not_found.
  virtual Result<Invitation> invitation(std::string_view id) = 0;
  /// In the order of acceptance.
  virtual Result<std::vector<Invitation>> list(const InvitationQuery& query) = 0;
  /// The one of that user, or nothing.
  virtual Result<std::optional<Invitation>> of_user(std::string_view user) = 0;
  /// One that may still bring that data owner in, or nothing.
  virtual Result<std::optional<Invitation>> open_for(std::string_view owner) = 0;
  /// How many were created at or after `time`; counts up to `most`.
  virtual Result<std::uint64_t> created_since(WallTime time, std::uint64_t most) = 0;

  /// The invited person has come: the contact is erased, a step says so. One that was accepted or
  /// cancelled before stays as it is. Fails with not_found.
  virtual Result<Done> accept(std::string_view id, std::string note) = 0;
};

}  // namespace icure::store
