// An invitation taken back: its token ends, and the user that was made for it goes, unless the
// person has come.
#include "sync/outbox/invite_attempt.h"
#include "sync/write/put_document.h"

namespace icure::sync {

using write::Refusal;
using write::WriteStep;
using Next = Outcome::Next;

namespace {

constexpr int kRounds = 3;  // against others who change the same user meanwhile

Outcome undone(Next as) {
  return as == Next::expired ? refused(Refusal::too_late) : plain(as);
}

}  // namespace

Task<Outcome> InviteAttempt::undo(Next as) {
  auto over = undone(as);
  over.next = as;
  if (!content_.create_asked) co_return over;
  for (int round = 0; round < kRounds; ++round) {
    auto found = co_await tools_.users.read(invitation_.user, stop_);
    if (!found) co_return outcome_of(WriteStep::read, found.error());
    std::optional<InvitedUser> user;
    if (*found) user = read_user(**found, invitation_, details_.token_key);
    auto removal = Removal::done;
    if (user && user->ours && !user->deleted) {
      if (!user->came_by.empty()) {
        auto came = co_await arrived(user->came_by);
        co_return std::move(*came);
      }
      removal = co_await remove_user(std::move(*user), std::move(**found), over);
    }
    if (removal == Removal::over) co_return over;
    if (removal == Removal::again) continue;
    content_.token = Secret();
    auto mirrored = co_await mirror_user();
    if (mirrored->next != Next::done) co_return std::move(*mirrored);
    co_return over;
  }
  auto busy = refused(Refusal::platform_fault);
  co_return busy;
}

/// Ends the token, then the user. `over` is what becomes of the attempt if that fails.
Task<InviteAttempt::Removal> InviteAttempt::remove_user(InvitedUser user, std::string document,
                                                        Outcome& over) {
  auto rev = user.rev;
  if (user.has_token) {
    write::Revocation revoked;
    revoked.keys.push_back(details_.token_key);
    revoked.at = tools_.clock.wall();
    auto to_put = write::put_document(document, revoked);
    if (!to_put) {
      over = refused(Refusal::unreadable);
      co_return Removal::over;
    }
    auto put = co_await tools_.rest.update(Kind::user, std::move(*to_put), stop_);
    if (!put) {
      if (put.error().status == 409) co_return Removal::again;
      over = outcome_of(WriteStep::update, put.error());
      co_return Removal::over;
    }
    const auto stored = read_user(put->text, invitation_, details_.token_key);
    if (!stored || stored->rev.empty()) co_return Removal::again;
    rev = stored->rev;
  }
  auto removed = co_await tools_.rest.remove(Kind::user, invitation_.user, std::move(rev), stop_);
  if (removed || removed.error().status == 404) co_return Removal::done;
  if (removed.error().status == 409) co_return Removal::again;
  over = outcome_of(WriteStep::remove, removed.error());
  co_return Removal::over;
}

}  // namespace icure::sync
