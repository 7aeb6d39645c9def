// An invitation's message.
#include "sync/outbox/invite_attempt.h"
#include "sync/write/contact.h"

namespace icure::sync {

using store::InvitationState;
using write::Refusal;
using write::WriteStep;
using Next = Outcome::Next;

Task<InviteAttempt::Step> InviteAttempt::send_message() {
  if (content_.sending) {
    auto over = co_await after_cut_off();
    if (over) co_return over;
  }
  if (token_is_old()) {
    invitation_.stage = InvitationState::user_ready;
    co_return Step();
  }
  if (!tools_.gateway.configured()) co_return refused(Refusal::no_gateway);
  if (auto wrong = check_message()) co_return wrong;
  content_.sending = true;
  auto marked = co_await save("sending", invitation_.maybe_sent ? "perhaps not the first" : "");
  if (marked) co_return marked;
  if (taken_back()) {
    content_.sending = false;
    co_return Step();
  }
  auto sent = co_await hand_over();
  if (!sent && sent.error().cause == Cause::stopping) co_return plain(Next::stopping);
  content_.sending = false;
  if (!sent) co_return not_sent(sent.error());
  content_.token = Secret();
  content_.token_dies.reset();
  invitation_.stage = InvitationState::sent;
  invitation_.sent_at = tools_.clock.wall();
  co_return co_await save("sent");
}

/// The mark says that a message was on its way when we were stopped: nobody knows what became of
/// it. It is sent once more, and said so, unless the person has come by it.
Task<InviteAttempt::Step> InviteAttempt::after_cut_off() {
  invitation_.maybe_sent = true;
  auto found = co_await tools_.users.read(invitation_.user, stop_);
  if (!found) co_return outcome_of(WriteStep::read, found.error());
  if (!*found) co_return refused(Refusal::gone);
  const auto user = read_user(**found, invitation_, details_.token_key);
  if (!user || user->deleted) co_return refused(Refusal::gone);
  if (!user->came_by.empty()) co_return co_await arrived(user->came_by);
  content_.sending = false;
  co_return co_await save("maybe_sent", "an earlier message may have gone out");
}

/// A message that comes with half of its token's life gone is made with a new life.
bool InviteAttempt::token_is_old() const {
  const auto half = tools_.options.token_validity / 2;
  return !content_.token_dies || tools_.clock.wall() + half >= *content_.token_dies;
}

/// Whether a message could be made at all.
InviteAttempt::Step InviteAttempt::check_message() {
  Result<Done> made = Done{};
  if (invitation_.channel == "email") {
    if (sender().empty()) return refused(Refusal::inviter_without_email);
    if (auto found = email_template(details_, tools_.options.wording); !found) made = found.error();
  } else if (auto found = sms_template(details_, tools_.options.wording); !found) {
    made = found.error();
  }
  if (made) return Step();
  auto outcome = refused(Refusal::bad_template);
  outcome.hint += ": " + made.error().message;
  return outcome;
}

/// Whom the e-mail comes from: as the inviter's record has it by now.
std::string InviteAttempt::sender() const {
  auto row = tools_.mirror.get(Kind::hcp, invitation_.inviter);
  if (!row) return details_.from;
  auto email = write::sender_email(row->json);
  return email ? *email : details_.from;
}

/// Requires that check_message() found nothing wrong in this turn.
Task<Answer<Done>> InviteAttempt::hand_over() {
  write::Values values;
  values.patient = details_.owner;
  values.inviter = details_.inviter;
  values.solution = details_.solution;
  values.link = details_.link;
  values.login = invitation_.contact;
  values.token = content_.token.copy();
  if (invitation_.channel == "email") {
    auto wording = email_template(details_, tools_.options.wording);
    if (!wording) co_return Fault{Cause::store, 0, wording.error().message};
    auto email = wording->fill(values);
    co_return co_await tools_.gateway.send_email(invitation_.contact, sender(), std::move(email),
                                                 stop_);
  }
  auto wording = sms_template(details_, tools_.options.wording);
  if (!wording) co_return Fault{Cause::store, 0, wording.error().message};
  auto sms = wording->fill(values);
  co_return co_await tools_.gateway.send_sms(invitation_.contact, std::move(sms), stop_);
}

/// What the gateway met is no news of the platform's line.
Outcome InviteAttempt::not_sent(const Fault& fault) {
  if (fault.went_out) invitation_.maybe_sent = true;
  auto outcome = refused(write::explain(WriteStep::send, fault.status));
  outcome.retry_after = fault.retry_after;
  return outcome;
}

}  // namespace icure::sync
