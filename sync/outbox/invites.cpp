#include "sync/outbox/invites.h"

#include "daemon/base/log.h"
#include "sync/outbox/outcome.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using store::InvitationState;
using store::ItemState;

Error refusal_of(Code code, write::Refusal refusal) {
  const auto& verdict = write::verdict_on(refusal);
  return {code, std::string(verdict.text), std::string(verdict.hint)};
}

Error over_already(InvitationState state) {
  return {Code::conflict, "this invitation is " + std::string(name_of(state)) + " already",
          state == InvitationState::accepted ? "disable the user if it shall not come in"
                                             : "invite the person again if that is still wanted"};
}

void explain_item(store::Item& item, ItemState state, write::Refusal refusal) {
  const auto& verdict = write::verdict_on(refusal);
  item.state = state;
  item.last_error = verdict.text;
  item.hint = verdict.hint;
}

bool is_over(InvitationState state) {
  return state == InvitationState::accepted || state == InvitationState::cancelled ||
         state == InvitationState::expired;
}

/// On the ledger's thread.
Result<InvitationView> view_of(store::Outbox& ledger, store::Invitation invitation) {
  auto item = ledger.item(invitation.id);
  if (!item) return std::move(item).error();
  item->content.clear();
  auto steps = ledger.steps(invitation.id);
  if (!steps) return std::move(steps).error();
  return InvitationView{std::move(invitation), std::move(*item), std::move(*steps)};
}

}  // namespace

Task<Result<InvitationView>> Invites::create(InviteRequest request, InviteSubjects subjects,
                                             store::IdempotencyKey key) {
  auto seen = co_await look_before(request.owner, key);
  if (!seen) co_return std::move(seen).error();
  if (seen->accepted_as) co_return co_await get(std::move(*seen->accepted_as));
  auto item =
      prepare_invitation(request, subjects, options_.rules, parts_.clock.wall(), parts_.random);
  if (!item) co_return std::move(item).error();
  if (seen->today >= options_.per_day) {
    explain_item(*item, ItemState::held, write::Refusal::too_many_today);
  } else if (!parts_.gateway.configured()) {
    explain_item(*item, ItemState::blocked, write::Refusal::no_gateway);
  }
  auto accepted = co_await parts_.outbox.enqueue(std::move(*item), std::move(key));
  if (!accepted) co_return std::move(accepted).error();
  co_return co_await get(std::move(accepted->item.id));
}

Task<Result<InviteForecast>> Invites::check(InviteRequest request, InviteSubjects subjects,
                                            store::IdempotencyKey key) {
  auto seen = co_await look_before(request.owner, key);
  if (!seen) co_return std::move(seen).error();
  auto item =
      prepare_invitation(request, subjects, options_.rules, parts_.clock.wall(), parts_.random);
  if (!item) co_return std::move(item).error();
  co_return InviteForecast{item->invitation->channel, item->invitation->contact};
}

/// What was accepted under this key comes first: it may be in the way of itself by now.
Task<Result<Invites::Seen>> Invites::look_before(const std::string& owner,
                                                 const store::IdempotencyKey& key) {
  const auto since = parts_.clock.wall() - 24h;
  const auto most = options_.per_day;
  auto job = [&]() -> Result<Seen> {
    Seen seen;
    auto before = parts_.ledger.known(key);
    if (!before) return std::move(before).error();
    if (*before) seen.accepted_as = (*before)->id;
    if (*before) return seen;
    auto open = parts_.invitations.open_for(owner);
    if (!open) return std::move(open).error();
    if (*open) return refusal_of(Code::conflict, write::Refusal::already_invited);
    auto counted = parts_.invitations.created_since(since, most);
    if (!counted) return std::move(counted).error();
    seen.today = *counted;
    return seen;
  };
  co_return co_await parts_.ledger_thread.run(std::move(job));
}

Task<Result<InvitationView>> Invites::cancel(std::string id, store::IdempotencyKey key) {
  // An attempt that is under way turns round at a mark that is set before the ledger hears of the
  // goal: it may end in between. So nothing may be marked that is refused afterwards.
  auto judge = [&]() -> Result<bool> {
    auto before = parts_.ledger.known(key);
    if (!before) return std::move(before).error();
    auto loaded = load(id);
    if (!loaded) return std::move(loaded).error();
    auto worth = take_back(*loaded, parts_);
    return *before ? Result<bool>(false) : worth;
  };
  auto worth = co_await parts_.ledger_thread.run(std::move(judge));
  if (!worth) co_return std::move(worth).error();
  if (!*worth) co_return co_await get(std::move(id));
  parts_.operation.take_back(id);
  auto changed = co_await change(id, std::move(key), &take_back, "taken back");
  if (!changed || changed->item.state != ItemState::sending) parts_.operation.forget(id);
  co_return changed;
}

/// On the ledger's thread.
Result<Invites::Loaded> Invites::load(const std::string& id) const {
  auto invitation = parts_.invitations.invitation(id);
  if (!invitation) return std::move(invitation).error();
  auto item = parts_.ledger.item(id);
  if (!item) return std::move(item).error();
  return Loaded{std::move(*invitation), std::move(*item)};
}

Task<Result<InvitationView>> Invites::resend(std::string id, store::IdempotencyKey key) {
  // The last step of an attempt takes no other order in.
  auto look = [&] { return load(id); };
  auto seen = co_await parts_.ledger_thread.run(std::move(look));
  if (seen && has_sent(*seen)) co_await parts_.outbox.until_at_rest(std::move(seen->item));
  co_return co_await change(std::move(id), std::move(key), &send_again, "sent again");
}

/// Whether an attempt is under way that has sent the message.
bool Invites::has_sent(const Loaded& loaded) {
  return loaded.item.state == ItemState::sending &&
         loaded.invitation.stage >= InvitationState::sent;
}

/// Brings the item into the state that is wanted now. False: there is nothing to do.
Result<bool> Invites::take_back(Loaded& loaded, const Parts&) {
  auto& [invitation, item] = loaded;
  if (invitation.state == InvitationState::cancelled) return false;
  if (is_over(invitation.state)) return over_already(invitation.state);
  invitation.goal = store::Goal::cancel;
  const auto content = content_from(item.content);
  const bool has_user =
      invitation.stage != InvitationState::queued || !content || content->create_asked;
  item.state = has_user ? ItemState::queued : ItemState::cancelled;
  if (!has_user || content) return true;
  InviteContent rest;  // the item had ended, and its content with it
  rest.create_asked = true;
  item.content = to_text(rest);
  return true;
}

Result<bool> Invites::send_again(Loaded& loaded, const Parts& parts) {
  auto& [invitation, item] = loaded;
  if (is_over(invitation.state)) return over_already(invitation.state);
  if (invitation.goal == store::Goal::cancel) {
    return Error{Code::conflict, "this invitation is being taken back",
                 "invite the person again when it is cancelled"};
  }
  if (item.state == ItemState::held) {
    return Error{Code::conflict, "this invitation is held", "ask an administrator to release it"};
  }
  if (invitation.expires && *invitation.expires <= parts.clock.wall()) {
    return refusal_of(Code::conflict, write::Refusal::too_late);
  }
  if (has_sent(loaded)) {
    return Error{Code::unavailable, "this invitation was sent at this moment",
                 "try again in a moment"};
  }
  if (item.state == ItemState::sending) return true;  // it is on its way
  item.state = ItemState::queued;
  if (invitation.stage != InvitationState::sent) return true;
  invitation.stage = InvitationState::user_ready;
  InviteContent anew;
  anew.token = new_token(parts.random);
  anew.create_asked = true;
  item.content = to_text(anew);
  return true;
}

Task<Result<InvitationView>> Invites::change(std::string id, store::IdempotencyKey key, Change how,
                                             std::string step) {
  const store::Step taken{std::move(step), parts_.clock.wall(), ""};
  std::optional<store::Item> changed;
  auto job = [&]() -> Result<InvitationView> {
    auto before = parts_.ledger.known(key);
    if (!before) return std::move(before).error();
    auto loaded = load(id);
    if (!loaded) return std::move(loaded).error();
    auto& [invitation, item] = *loaded;
    if (*before) return view_of(parts_.ledger, std::move(invitation));
    auto worth = how(*loaded, parts_);
    if (!worth) return std::move(worth).error();
    if (!*worth) return view_of(parts_.ledger, std::move(invitation));
    item.next_try.reset();
    item.last_error.clear();
    item.hint.clear();
    item.since = taken.at;
    item.invitation = std::move(invitation);
    auto accepted = parts_.ledger.again(item, key, taken);
    if (!accepted) return std::move(accepted).error();
    changed = std::move(accepted->item);
    auto now = parts_.invitations.invitation(id);
    if (!now) return std::move(now).error();
    return view_of(parts_.ledger, std::move(*now));
  };
  auto view = co_await parts_.ledger_thread.run(std::move(job));
  if (changed) parts_.outbox.follow(*changed);
  co_return view;
}

Task<Result<InvitationView>> Invites::get(std::string id) {
  auto job = [&]() -> Result<InvitationView> {
    auto invitation = parts_.invitations.invitation(id);
    if (!invitation) return std::move(invitation).error();
    return view_of(parts_.ledger, std::move(*invitation));
  };
  co_return co_await parts_.ledger_thread.run(std::move(job));
}

Task<Result<std::vector<InvitationView>>> Invites::list(store::InvitationQuery query) {
  auto job = [&]() -> Result<std::vector<InvitationView>> {
    auto invitations = parts_.invitations.list(query);
    if (!invitations) return std::move(invitations).error();
    std::vector<InvitationView> views;
    for (auto& each : *invitations) {
      auto view = view_of(parts_.ledger, std::move(each));
      if (!view) return std::move(view).error();
      views.push_back(std::move(*view));
    }
    return views;
  };
  co_return co_await parts_.ledger_thread.run(std::move(job));
}

Task<Done> Invites::gateway_configured() {
  const auto why = write::verdict_on(write::Refusal::no_gateway).text;
  store::InvitationQuery query;
  query.state = InvitationState::blocked;
  for (;;) {
    auto page = co_await list(query);
    if (!page || page->empty()) co_return Done{};
    query.after = page->back().invitation.number;
    for (const auto& each : *page) {
      if (each.item.last_error != why) continue;
      auto retried = co_await parts_.outbox.act(Action::retry, each.item.id, "");
      if (!retried && retried.error().code != Code::conflict) {
        log::warning("an invitation stays blocked: {}", retried.error().message);
      }
    }
  }
}

}  // namespace icure::sync
