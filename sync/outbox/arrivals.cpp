// How Invites notices that an invited person has come: from the user as the mirror has it.
#include "daemon/base/log.h"
#include "sync/outbox/invites.h"

namespace icure::sync {
namespace {

constexpr std::size_t kPage = 200;  // invitations looked at in one go

struct Arrival {
  std::string id;
  std::string by;
};

/// On the mirror reader's thread.
std::vector<Arrival> arrivals_among(const std::vector<store::Invitation>& sent,
                                    store::MirrorReader& mirror) {
  std::vector<Arrival> arrivals;
  for (const auto& each : sent) {
    const auto details = details_from(each.details);
    auto row = mirror.get(Kind::user, each.user);
    if (!details || !row) continue;
    const auto user = read_user(row->json, each, details->token_key);
    if (user && !user->came_by.empty()) arrivals.push_back({each.id, std::string(user->came_by)});
  }
  mirror.end_turn();
  return arrivals;
}

}  // namespace

Task<bool> Invites::look_for_arrivals() {
  if (looking_) co_return false;
  looking_ = true;
  const bool whole = co_await look();
  looking_ = false;
  co_return whole;
}

Task<bool> Invites::look() {
  auto count = [this] { return parts_.mirror.changes(); };
  const auto changes = co_await parts_.mirror_thread.run(std::move(count));
  if (looked_at_ == changes) co_return true;
  store::InvitationQuery query;
  query.state = store::InvitationState::sent;
  query.limit = kPage;
  bool whole = false;
  while (!whole) {
    auto read = [&] { return parts_.invitations.list(query); };
    auto sent = co_await parts_.ledger_thread.run(std::move(read));
    if (!sent) {
      log::warning("who has come is not known: {}", sent.error().message);
      break;
    }
    whole = sent->size() < kPage;
    if (sent->empty()) break;
    query.after = sent->back().number;
    auto compare = [&] { return arrivals_among(*sent, parts_.mirror); };
    auto arrivals = co_await parts_.mirror_thread.run(std::move(compare));
    for (auto& each : arrivals) co_await came(std::move(each.id), std::move(each.by));
  }
  if (whole) looked_at_ = changes;
  co_return whole;
}

Task<Done> Invites::logged_in(std::string user) {
  auto find = [&] { return parts_.invitations.of_user(user); };
  auto invitation = co_await parts_.ledger_thread.run(std::move(find));
  if (!invitation || !*invitation) co_return Done{};
  if ((*invitation)->state == store::InvitationState::accepted) co_return Done{};
  co_return co_await came((*invitation)->id, "a login here");
}

Task<Done> Invites::came(std::string id, std::string by) {
  auto job = [&]() -> Result<store::Item> {
    auto accepted = parts_.invitations.accept(id, by);
    if (!accepted) return accepted.error();
    return parts_.ledger.item(id);
  };
  auto item = co_await parts_.ledger_thread.run(std::move(job));
  if (item) {
    parts_.outbox.follow(*item);
  } else {
    log::warning("an invitation was accepted, but that is not written down: {}",
                 item.error().message);
  }
  co_return Done{};
}

}  // namespace icure::sync
