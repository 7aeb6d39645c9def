// One attempt at an invitation. Internal to the invitations' sources.
#pragma once
#include "sync/outbox/invite.h"
#include "sync/outbox/outcome.h"

namespace icure::sync {

/// Loop thread only. Lives until its tasks are done, and what it is given longer.
class InviteAttempt {
 public:
  InviteAttempt(InviteTools& tools, store::Item& item, InviteContent content, InviteDetails details,
                Progress& progress, std::stop_token stop)
      : tools_(tools),
        item_(item),
        invitation_(*item.invitation),
        content_(std::move(content)),
        details_(std::move(details)),
        progress_(progress),
        stop_(std::move(stop)) {}

  Task<Outcome> run();
  const InviteContent& content() const { return content_; }

 private:
  using Step = std::optional<Outcome>;  ///< Nothing: the next step may begin.

  // invite.cpp
  Task<Step> next();
  bool taken_back() const;
  Task<Step> learn_goal();
  Task<Step> save(std::string step, std::string note = {});
  Task<Step> arrived(std::string_view by);
  Task<Step> mirror_user();

  // invite_user.cpp
  Task<Step> make_user();
  Task<Step> check_free();
  Task<Step> take_user(std::string document);
  Task<Step> create_refused(Fault fault);
  Task<Step> give_token();

  // invite_send.cpp
  Task<Step> send_message();
  Task<Step> after_cut_off();
  Step check_message();
  bool token_is_old() const;
  Task<Answer<Done>> hand_over();
  Outcome not_sent(const Fault& fault);
  std::string sender() const;

  // invite_undo.cpp
  Task<Outcome> undo(Outcome::Next as);
  enum class Removal { done, again, over };
  Task<Removal> remove_user(InvitedUser user, std::string document, Outcome& over);

  InviteTools& tools_;
  store::Item& item_;
  store::Invitation& invitation_;  // item_'s
  InviteContent content_;
  InviteDetails details_;
  Progress& progress_;
  std::stop_token stop_;
};

}  // namespace icure::sync
