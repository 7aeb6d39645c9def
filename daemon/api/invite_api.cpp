#include "daemon/api/invite_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/document.h"
#include "daemon/api/freshness_params.h"
#include "daemon/api/invitation_json.h"
#include "daemon/api/reads.h"
#include "daemon/api/request_digest.h"
#include "daemon/api/schemas.h"

namespace icure::api {
namespace {

using ipc::param;
using Json = nlohmann::ordered_json;

constexpr auto kInvitation =
    R"({"type":"object","properties":{"invitation":{"$ref":"#/components/schemas/Invitation"}},)"
    R"("required":["invitation"]})";

constexpr auto kForecast =
    R"({"type":"object","properties":{"channel":{"enum":["email","sms"]},"contact":{"type":)"
    R"("string"},"invitation":{"type":"string","description":"the one that was taken in under )"
    R"(this key before"}},"required":["channel"]})";

sync::write::Channel channel_named(const std::optional<std::string>& name) {
  if (!name || *name == "auto") return sync::write::Channel::automatic;
  return *name == "email" ? sync::write::Channel::email : sync::write::Channel::sms;
}

std::optional<WallTime> time_of(const std::optional<std::string>& text) {
  return text ? parse_rfc3339(*text) : std::nullopt;
}

Result<Done> check_time(const char* name, const std::optional<std::string>& text) {
  if (!text || parse_rfc3339(*text)) return Done{};
  return Error{Code::invalid, std::string(name) + ": is no time",
               "write it as RFC 3339 does, such as 2026-11-23T09:00:00Z"};
}

sync::InviteRequest asked_with(const InviteCreate& request) {
  sync::InviteRequest asked;
  asked.owner = request.owner;
  asked.inviter = request.inviter.value_or("");
  asked.channel = channel_named(request.channel);
  asked.contact = request.contact.value_or("");
  asked.link = request.link;
  asked.solution = request.solution;
  asked.subject = request.subject.value_or("");
  asked.template_name = request.template_name.value_or("");
  asked.not_before = time_of(request.not_before);
  asked.expires = time_of(request.expires);
  return asked;
}

Result<std::string> reply_of(const ipc::Call& call, const Result<sync::InvitationView>& view) {
  if (!view) return view.error();
  const Json json = {{"invitation", to_json(call.grant(), *view)}};
  return json.dump();
}

}  // namespace

constexpr auto InviteCreate::params() {
  return std::tuple_cat(
      key_param<InviteCreate>(),
      std::tuple(
          param("owner", &InviteCreate::owner, "the professional or patient who is invited"),
          param("inviter", &InviteCreate::inviter,
                "the professional who invites; default: the daemon's own"),
          param("channel", &InviteCreate::channel, "how the message goes; default auto")
              .allowed({"auto", "email", "sms"}),
          param("contact", &InviteCreate::contact,
                "an e-mail address or a mobile number; default: one of the record's")
              .length(1, 320),
          param("link", &InviteCreate::link, "the https address to come to").length(1, 2048),
          param("solution", &InviteCreate::solution, "what the person is invited to"),
          param("subject", &InviteCreate::subject, "of the e-mail; default: the template's"),
          param("template", &InviteCreate::template_name,
                "of the message; default: the clinic's usual one"),
          param("not_before", &InviteCreate::not_before, "do not send before this time (RFC 3339)"),
          param("expires", &InviteCreate::expires, "do not send after this time (RFC 3339)")));
}

constexpr auto InviteGet::params() {
  return std::tuple_cat(std::tuple(param("id", &InviteGet::id, "the invitation's id")),
                        freshness_params<InviteGet>());
}

constexpr auto InviteList::params() {
  return std::tuple_cat(
      std::tuple(
          param("state", &InviteList::state, "only invitations in this state")
              .allowed({"queued", "user_ready", "token_ready", "sent", "accepted", "blocked",
                        "failed", "cancelled", "expired", "held"}),
          param("cursor", &InviteList::cursor, "`next` of the page before"),
          param("limit", &InviteList::limit, "rows of a page; default 100").range(1, kMostRows)),
      freshness_params<InviteList>());
}

constexpr auto InviteChange::params() {
  return std::tuple_cat(key_param<InviteChange>(),
                        std::tuple(param("id", &InviteChange::id, "the invitation's id")));
}

Result<Done> InviteCreate::check() const {
  if (auto checked = check_time("not_before", not_before); !checked) return checked;
  return check_time("expires", expires);
}

Result<Done> InviteList::check() const {
  auto number = number_from(cursor);
  if (!number) return number.error();
  return Done{};
}

void InviteApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  methods.add({"invite.create", Role::operator_,
               "Ask a professional or patient to come in, as soon as the platform can be used",
               kInvitation},
              *this, &InviteApi::create);
  methods.add({"invite.check", Role::operator_,
               "Whether invite.create would take this in, and where the message would go; nothing "
               "is kept or sent",
               kForecast, ipc::Effect::reads},
              *this, &InviteApi::check);
  methods.add({"invite.get", Role::reader, "One invitation",
               object_schema(R"("invitation":{"$ref":"#/components/schemas/Invitation"})"),
               ipc::Effect::reads},
              *this, &InviteApi::get);
  methods.add({"invite.list", Role::reader, "Invitations, oldest first", rows_schema("Invitation"),
               ipc::Effect::reads},
              *this, &InviteApi::list);
  methods.add({"invite.cancel", Role::operator_,
               "Take an invitation back, with the user that was made for it", kInvitation},
              *this, &InviteApi::cancel);
  methods.add({"invite.resend", Role::operator_,
               "Send a new message, with a new token for the same user", kInvitation},
              *this, &InviteApi::resend);
}

Task<Result<InviteApi::Checked>> InviteApi::checked(ipc::Call call, InviteCreate request) {
  if (auto seen = call.grant().check(Kind::user); !seen) co_return seen.error();
  Checked result;
  result.key = key_of(call, "invite.create", request);
  // What was accepted under this key comes first: by now it may be in the way of itself.
  auto find = [&] { return writes_.ledger.known(result.key); };
  auto before = co_await writes_.ledger_thread.run(std::move(find));
  if (!before) co_return std::move(before).error();
  if (*before) {
    result.before = (*before)->id;
    co_return result;
  }
  result.asked = asked_with(request);
  if (result.asked.inviter.empty()) {
    auto inviter = usual_inviter();
    if (!inviter) co_return std::move(inviter).error();
    result.asked.inviter = std::move(*inviter);
  }
  auto subjects = subjects_of(call.grant(), result.asked);
  if (!subjects) co_return std::move(subjects).error();
  call.concerns(subjects->owner_kind, result.asked.owner);
  result.subjects = std::move(*subjects);
  co_return result;
}

ipc::Methods::Answer InviteApi::create(ipc::Call call, InviteCreate request) {
  auto found = co_await checked(call, std::move(request));
  if (!found) co_return std::move(found).error();
  if (found->before) {
    auto view = co_await seen(call, std::move(*found->before));
    co_return reply_of(call, view);
  }
  auto view = co_await invites_.create(std::move(found->asked), std::move(found->subjects),
                                       std::move(found->key));
  co_return reply_of(call, view);
}

ipc::Methods::Answer InviteApi::check(ipc::Call call, InviteCreate request) {
  auto found = co_await checked(call, std::move(request));
  if (!found) co_return std::move(found).error();
  store::Invitation would_be;
  if (found->before) {
    auto view = co_await seen(call, std::move(*found->before));
    if (!view) co_return std::move(view).error();
    would_be = std::move(view->invitation);
  } else {
    auto forecast = co_await invites_.check(std::move(found->asked), std::move(found->subjects),
                                            std::move(found->key));
    if (!forecast) co_return std::move(forecast).error();
    would_be.channel = std::move(forecast->channel);
    would_be.contact = std::move(forecast->contact);
  }
  co_return forecast_json(call.grant(), would_be).dump();
}

Result<sync::InviteSubjects> InviteApi::subjects_of(const ipc::Grant& grant,
                                                    const sync::InviteRequest& request) const {
  auto owner = writes_.known_owner(grant, request.owner);
  if (!owner) return std::move(owner).error();
  if (auto visible = grant.check(Kind::hcp); !visible) return visible.error();
  auto inviter = writes_.known(Kind::hcp, request.inviter);
  if (!inviter && inviter.error().code == Code::not_found) {
    return Error{Code::not_found, "there is no such professional to invite in the name of",
                 "give the id of a healthcare professional as `inviter`"};
  }
  if (!inviter) return std::move(inviter).error();
  auto users = writes_.directory.point.find(Kind::user, store::Key::owner, request.owner);
  if (!users) return std::move(users).error();
  return sync::InviteSubjects{owner->kind, std::move(owner->known.document),
                              std::move(inviter->document), !users->empty()};
}

/// The professional of the daemon's own user, as the mirror knows it.
Result<std::string> InviteApi::usual_inviter() const {
  auto& mirror = writes_.directory.point;
  std::vector<store::Row> found;
  if (auto row = mirror.get(Kind::user, login_)) found.push_back(std::move(*row));
  for (const auto key : {store::Key::login, store::Key::email, store::Key::phone}) {
    auto rows = mirror.find(Kind::user, key, login_);
    if (!rows) return std::move(rows).error();
    std::move(rows->begin(), rows->end(), std::back_inserter(found));
  }
  for (const auto& user : found) {
    auto professional = text_member(user.json, "healthcarePartyId");
    if (!professional.empty()) return professional;
  }
  return Error{Code::invalid, "the daemon's own user is no healthcare professional that is known",
               "give the professional who invites as `inviter`"};
}

Task<Result<sync::InvitationView>> InviteApi::seen(ipc::Call call, std::string id) {
  auto view = co_await invites_.get(std::move(id));
  if (!view) co_return view;
  if (auto visible = may_see(call.grant(), view->invitation); !visible) co_return visible.error();
  co_return view;
}

ipc::Methods::Answer InviteApi::get(ipc::Call call, InviteGet request) {
  auto view = co_await seen(call, request.id);
  if (!view) co_return std::move(view).error();
  auto source = co_await ask_first(request, call);
  if (source == Source::platform) view = co_await seen(call, request.id);
  if (!view) co_return std::move(view).error();
  auto meta = writes_.directory.meta({Kind::user}, source, request);
  if (!meta) co_return std::move(meta).error();
  co_return R"({"invitation":)" + to_json(call.grant(), *view).dump() + R"(,"meta":)" +
      to_json(std::move(*meta)) + '}';
}

/// Whether somebody has come is what the platform's users tell. `freshness` outlives the task.
Task<Source> InviteApi::ask_first(const Freshness& freshness, ipc::Call call) {
  if (!freshness.ask_platform()) co_return Source::outbox;
  std::vector<Kind> users(1, Kind::user);
  sync::IdsByKind none;
  const auto source =
      co_await writes_.directory.refresh(std::move(users), std::move(none), call.stop());
  if (source != Source::platform) co_return Source::outbox;
  co_await invites_.look_for_arrivals();
  co_return source;
}

ipc::Methods::Answer InviteApi::list(ipc::Call call, InviteList request) {
  auto source = co_await ask_first(request, call);
  auto meta = writes_.directory.meta({Kind::user}, source, request);
  if (!meta) co_return std::move(meta).error();
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kDefaultLimit));
  store::InvitationQuery query;
  if (request.state) query.state = store::invitation_state_named(*request.state);
  query.after = *number_from(request.cursor);
  query.limit = limit + 1;  // one more than asked tells whether there is a next page
  std::vector<std::string> rows;
  std::string next;
  for (bool more = true; more && next.empty();) {
    auto views = co_await invites_.list(query);
    if (!views) co_return std::move(views).error();
    more = views->size() == query.limit;
    for (const auto& view : *views) {
      if (rows.size() == limit) {
        next = to_cursor(std::to_string(query.after));
        break;
      }
      query.after = view.invitation.number;
      if (!may_see(call.grant(), view.invitation)) continue;
      rows.push_back(to_json(call.grant(), view).dump());
    }
  }
  call.tells(rows.size());
  co_return list_reply(rows, next, std::move(*meta));
}

ipc::Methods::Answer InviteApi::cancel(ipc::Call call, InviteChange request) {
  auto key = key_of(call, "invite.cancel", request);
  auto before = co_await seen(call, request.id);
  if (!before) co_return std::move(before).error();
  auto view = co_await invites_.cancel(std::move(request.id), std::move(key));
  co_return reply_of(call, view);
}

ipc::Methods::Answer InviteApi::resend(ipc::Call call, InviteChange request) {
  auto key = key_of(call, "invite.resend", request);
  auto before = co_await seen(call, request.id);
  if (!before) co_return std::move(before).error();
  auto view = co_await invites_.resend(std::move(request.id), std::move(key));
  co_return reply_of(call, view);
}

}  // namespace icure::api
