// An invitation's user and token.
#include <algorithm>

#include "sync/outbox/invite_attempt.h"

namespace icure::sync {

using store::InvitationState;
using write::Refusal;
using write::WriteStep;
using Next = Outcome::Next;

Task<InviteAttempt::Step> InviteAttempt::make_user() {
  // A user to whom nothing can be sent helps nobody.
  if (!tools_.gateway.configured()) co_return refused(Refusal::no_gateway);
  if (auto wrong = check_message()) co_return wrong;
  if (content_.create_asked) {
    auto found = co_await tools_.users.read(invitation_.user, stop_);
    if (!found) co_return outcome_of(WriteStep::read, found.error());
    if (*found) co_return co_await take_user(std::move(**found));
  }
  auto taken = co_await check_free();
  if (taken) co_return taken;
  if (!content_.create_asked) {
    content_.create_asked = true;
    auto saved = co_await save("checked");
    if (saved) co_return saved;
  }
  if (taken_back()) co_return Step();
  auto created = co_await tools_.rest.create(Kind::user, user_document(invitation_), stop_);
  if (!created) {
    const auto status = created.error().status;
    if (status == 400 || status == 409) co_return co_await create_refused(created.error());
    co_return outcome_of(WriteStep::create, created.error());
  }
  invitation_.stage = InvitationState::user_ready;
  co_return co_await save("user_ready");
}

/// Does nobody else stand for this person, or have this contact?
Task<InviteAttempt::Step> InviteAttempt::check_free() {
  auto ids = co_await tools_.users.ids_of_owner(invitation_.owner_kind, invitation_.owner, stop_);
  if (!ids) co_return outcome_of(WriteStep::check, ids.error());
  const auto is_other = [this](const std::string& id) { return id != invitation_.user; };
  if (std::any_of(ids->begin(), ids->end(), is_other)) co_return refused(Refusal::has_user);
  const auto key = invitation_.channel == "email" ? store::Key::email : store::Key::phone;
  auto holder = co_await tools_.users.holder_of(key, invitation_.contact, stop_);
  if (!holder) co_return outcome_of(WriteStep::check, holder.error());
  if (!holder->empty() && *holder != invitation_.user) co_return refused(Refusal::contact_taken);
  co_return Step();
}

/// The user is there: made by an attempt whose answer was lost.
Task<InviteAttempt::Step> InviteAttempt::take_user(std::string document) {
  const auto user = read_user(document, invitation_, details_.token_key);
  if (!user || !user->ours) co_return refused(Refusal::id_taken);
  if (user->deleted) co_return refused(Refusal::gone);
  invitation_.stage = InvitationState::user_ready;
  co_return co_await save("user_ready", "it was there already");
}

/// platform: one status says that we made it before, that its contact is taken, or what is wrong.
Task<InviteAttempt::Step> InviteAttempt::create_refused(Fault fault) {
  auto found = co_await tools_.users.read(invitation_.user, stop_);
  if (!found) co_return outcome_of(WriteStep::read, found.error());
  if (*found) co_return co_await take_user(std::move(**found));
  auto taken = co_await check_free();
  if (taken) co_return taken;
  co_return outcome_of(WriteStep::create, fault);
}

/// Its life begins now, not when the invitation was accepted.
Task<InviteAttempt::Step> InviteAttempt::give_token() {
  if (content_.token.empty()) co_return refused(Refusal::unreadable);
  const auto validity = tools_.options.token_validity;
  auto value = content_.token.copy();
  auto set = co_await tools_.users.set_token(invitation_.user, details_.token_key, std::move(value),
                                             validity, stop_);
  if (!set) co_return outcome_of(WriteStep::token, set.error());
  const bool anew = content_.token_dies.has_value();
  content_.token_dies = tools_.clock.wall() + validity;
  invitation_.stage = InvitationState::token_ready;
  co_return co_await save("token_ready", anew ? "made anew" : "");
}

}  // namespace icure::sync
