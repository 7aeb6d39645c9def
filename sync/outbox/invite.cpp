#include "sync/outbox/invite.h"

#include "sync/outbox/invite_attempt.h"

namespace icure::sync {

using store::InvitationState;
using Next = Outcome::Next;

Task<Outcome> InviteOperation::attempt(store::Item& item, Progress& progress,
                                       std::stop_token stop) {
  auto load = [this, &item] { return tools_.invitations.invitation(item.id); };
  auto invitation = co_await tools_.ledger_thread.run(std::move(load));
  if (!invitation) co_return unsaved(invitation.error());
  auto content = content_from(item.content);
  auto details = details_from(invitation->details);
  if (!content || !details) co_return refused(write::Refusal::unreadable);
  item.invitation = std::move(*invitation);
  InviteAttempt attempt(tools_, item, std::move(*content), std::move(*details), progress,
                        std::move(stop));
  auto outcome = co_await attempt.run();
  item.content = to_text(attempt.content());
  if (outcome.next != Next::stopping) tools_.taken_back.erase(item.id);
  co_return outcome;
}

Task<Outcome> InviteAttempt::run() {
  for (;;) {
    if (taken_back()) {
      auto unsure = co_await learn_goal();
      if (unsure) co_return std::move(*unsure);
      if (invitation_.goal == store::Goal::cancel) co_return co_await undo(Next::cancelled);
    }
    auto over = co_await next();
    if (!over) continue;
    // Somebody may have taken it back while that step was on its way.
    if (over->next == Next::stopping || !taken_back()) co_return std::move(*over);
  }
}

/// The mark comes before the goal is on the disk. What is undone before that, and then forgotten by
/// a crash, would leave an invitation that was sent and a user that is gone.
Task<InviteAttempt::Step> InviteAttempt::learn_goal() {
  auto load = [this] { return tools_.invitations.invitation(item_.id); };
  auto kept = co_await tools_.ledger_thread.run(std::move(load));  // after the goal's own job
  if (!kept) co_return unsaved(kept.error());
  invitation_.goal = kept->goal;
  tools_.taken_back.erase(item_.id);
  co_return Step();
}

bool InviteAttempt::taken_back() const {
  return invitation_.goal == store::Goal::cancel || tools_.taken_back.contains(item_.id);
}

Task<InviteAttempt::Step> InviteAttempt::next() {
  if (stop_.stop_requested()) co_return plain(Next::stopping);
  const auto now = tools_.clock.wall();
  const bool sent = invitation_.stage >= InvitationState::sent;
  if (!sent && invitation_.expires && *invitation_.expires <= now) {
    auto undone = co_await undo(Next::expired);
    co_return undone;
  }
  if (!sent && invitation_.not_before && *invitation_.not_before > now) {
    auto wait = plain(Next::wait);
    wait.until = invitation_.not_before;
    co_return wait;
  }
  switch (invitation_.stage) {
    case InvitationState::queued:
      co_return co_await make_user();
    case InvitationState::user_ready:
      co_return co_await give_token();
    case InvitationState::token_ready:
      co_return co_await send_message();
    default:
      co_return co_await mirror_user();
  }
}

/// Writes down how far it is. A step over which the disk fills up is taken again later.
Task<InviteAttempt::Step> InviteAttempt::save(std::string step, std::string note) {
  item_.content = to_text(content_);
  auto saved = co_await progress_.save(item_, std::move(step), std::move(note));
  if (!saved) co_return unsaved(saved.error());
  co_return Step();
}

/// The person came while something of ours was still to be done, which is needless now.
Task<InviteAttempt::Step> InviteAttempt::arrived(std::string_view by) {
  invitation_.stage = InvitationState::accepted;
  content_.token = Secret();
  auto saved = co_await save("accepted", std::string(by));
  if (saved) co_return saved;
  co_return co_await mirror_user();
}

/// The last step: readers see the platform's user before the one that was promised goes.
Task<InviteAttempt::Step> InviteAttempt::mirror_user() {
  std::vector<std::string> ids(1, invitation_.user);
  auto read = co_await tools_.refresher.read(Kind::user, std::move(ids), stop_);
  if (!read) co_return outcome_of(write::WriteStep::read, read.error());
  co_return plain(Next::done);
}

}  // namespace icure::sync
