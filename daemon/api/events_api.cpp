#include "daemon/api/events_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/event_text.h"

namespace icure::api {
namespace {

using ipc::param;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kGreatest = std::int64_t{1} << 53;  // that every JSON reader holds

Result<store::TopicSet> topics_of(const ipc::Grant& grant,
                                  const std::optional<std::vector<std::string>>& names) {
  store::TopicSet topics;
  if (!names) return topics.set();  // what of them may be heard is looked at with each event
  for (const auto& name : *names) {
    const auto topic = *store::topic_named(name);
    if (!may_hear(grant, topic)) {
      return Error{Code::forbidden, "events of the topic " + name + " are not for you",
                   "leave it out, or ask an administrator for another [[access]] rule"};
    }
    topics.set(static_cast<std::size_t>(topic));
  }
  return topics;
}

}  // namespace

constexpr auto EventsSubscribe::params() {
  return std::tuple(
      param("since", &EventsSubscribe::since,
            "the `seq` of the last event that was seen; absent: from now on")
          .range(0, kGreatest),
      param("topics", &EventsSubscribe::topics, "absent: all that the caller may hear of")
          .allowed({"user", "owner", "invite", "outbox", "sync", "daemon"}));
}

constexpr auto EventsUnsubscribe::params() {
  return std::tuple(param("subscription", &EventsUnsubscribe::subscription,
                          "as events.subscribe answered, on the same connection"));
}

void EventsApi::register_on(ipc::Methods& methods) {
  methods.add({"events.subscribe", ipc::Role::reader,
               "Be told of changes, as notifications `event` on this connection",
               R"({"type":"object","properties":{"subscription":{"type":"string"},"seq":{)"
               R"("type":"integer","description":"the newest event's number by now"}},)"
               R"("required":["subscription","seq"]})",
               ipc::Effect::reads},
              *this, &EventsApi::subscribe);
  methods.add({"events.unsubscribe", ipc::Role::reader, "End a subscription of this connection",
               R"({"type":"object"})", ipc::Effect::none},
              *this, &EventsApi::unsubscribe);
}

void EventsApi::turn() {
  window_.new_turn();
  if (feeds_.empty() || !window_.behind()) return;
  window_.advance();
  // Whoever is told of a change may read it at once, also in this turn.
  point_.end_turn();
  for (const auto& [caller, feed] : feeds_) caller->pour_feed();
}

EventFeed& EventsApi::feed_of(ipc::Caller& caller) {
  auto& feed = feeds_[&caller];
  if (feed) return *feed;
  if (feeds_.size() == 1) window_.restart();
  auto made =
      std::make_unique<EventFeed>(window_, caller, [this, of = &caller] { feeds_.erase(of); });
  feed = made.get();
  caller.feed = std::move(made);
  return *feed;
}

ipc::Methods::Answer EventsApi::subscribe(ipc::Call call, EventsSubscribe request) {
  const auto topics = topics_of(call.grant(), request.topics);
  if (!topics) co_return topics.error();
  // What is read after this answer shows at least all up to its number.
  point_.end_turn();
  std::optional<store::EventNumber> since;
  if (request.since) since = static_cast<store::EventNumber>(*request.since);
  const auto newest = window_.newest();
  auto& feed = feed_of(call.caller());
  auto name = feed.add(since, *topics);
  if (!name) co_return name.error();
  call.caller().pour_feed();
  const Json json = {{"subscription", *name}, {"seq", newest}};
  co_return json.dump();
}

ipc::Methods::Answer EventsApi::unsubscribe(ipc::Call call, EventsUnsubscribe request) {
  const auto at = feeds_.find(&call.caller());
  if (at == feeds_.end() || !at->second->remove(request.subscription)) {
    Error unknown{Code::not_found, "this connection has no such subscription",
                  "a subscription ends with its connection"};
    co_return unknown;
  }
  co_return std::string("{}");
}

}  // namespace icure::api
