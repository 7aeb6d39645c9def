#include "daemon/inviting.h"

#include "daemon/line_options.h"
#include "daemon/templates.h"

namespace icure {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLook = 5s;  // what comes in meanwhile is looked at together
constexpr Millis kUntilWoken = 24h;

}  // namespace

Inviting::Inviting(Parts parts)
    : clock_(parts.clock),
      http_(parts.loop, parts.clock, {}),
      gateway_(http_),
      users_(parts.session, parts.rest),
      operation_({parts.files.invitations(),
                  parts.ledger_thread,
                  parts.point,
                  parts.rest,
                  users_,
                  gateway_,
                  parts.refresher,
                  parts.clock,
                  {},
                  {}}),
      invites_({parts.files.outbox(), parts.files.invitations(), parts.ledger_thread, parts.scan,
                parts.scan_thread, parts.outbox, operation_, gateway_, parts.clock, parts.random}),
      nap_(parts.clock) {
  parts.outbox.carry_out("invite.create", operation_);
}

void Inviting::configure(const Config& config, sync::Login login) {
  const auto& invite = config.invite;
  http_.configure(line_options(config.gateway.url, config.platform));
  const bool had_gateway = gateway_.configured();
  std::optional<sync::GatewayAccount> account;
  if (!config.gateway.url.empty()) {
    account.emplace();
    account->spec_id = config.gateway.spec_id;
    account->login = std::move(login);
  }
  gateway_.configure(std::move(account));
  gateway_is_new_ = gateway_is_new_ || (!had_gateway && gateway_.configured());
  if (gateway_is_new_) nap_.wake();

  sync::InviteOptions options;
  options.token_validity =
      std::chrono::duration_cast<std::chrono::seconds>(config.outbox.token_validity);
  options.wording.language = invite.language;
  options.wording.files = [directory = invite.templates](const std::string& name) {
    return read_template(directory, name);
  };
  operation_.configure(std::move(options));

  sync::InvitesOptions asked;
  asked.rules.contacts = {invite.country_code, invite.trunk_prefix, invite.sms};
  asked.rules.links = invite.links;
  asked.per_day = static_cast<std::uint64_t>(std::max<std::int64_t>(invite.per_day, 0));
  invites_.configure(std::move(asked));
}

Task<Done> Inviting::loop(std::stop_token stop) {
  for (;;) {
    if (std::exchange(gateway_is_new_, false)) co_await invites_.gateway_configured();
    const bool looked = co_await invites_.look_for_arrivals();
    auto slept = co_await clock_.sleep(kLook, stop);
    if (!slept) co_return Done{};
    if (looked) co_await nap_.take(kUntilWoken, stop);
    if (stop.stop_requested()) co_return Done{};
  }
}

}  // namespace icure
