#include "daemon/api/event_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace icure::api {
namespace {

using store::Topic;

store::Topic topic_of(const store::Event& event) {
  std::size_t first = 0;
  while (first + 1 < store::kTopics && !event.topics.test(first)) ++first;
  return static_cast<Topic>(first);
}

}  // namespace

std::string event_text(const store::Event& event) {
  nlohmann::ordered_json json;
  json["seq"] = event.seq;
  if (event.gap) {
    json["topic"] = "gap";
  } else {
    json["topic"] = store::name_of(topic_of(event));
    json["change"] = event.change;
    if (event.kind) json["kind"] = name_of(*event.kind);
    json["id"] = event.id;
    if (!event.rev.empty()) json["rev"] = event.rev;
    json["at"] = rfc3339(event.at);
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).substr(1);
}

bool may_hear(const ipc::Grant& grant, Topic topic) {
  switch (topic) {
    case Topic::user:
      return grant.role >= ipc::Role::reader && grant.may_see(Kind::user);
    case Topic::owner:
      return grant.role >= ipc::Role::reader &&
             (grant.may_see(Kind::hcp) || grant.may_see(Kind::patient) ||
              grant.may_see(Kind::device));
    case Topic::outbox:
      return grant.role >= ipc::Role::operator_;
    case Topic::invite:
    case Topic::sync:
    case Topic::daemon:
      return grant.role >= ipc::Role::reader;
  }
  return false;
}

bool is_for(const ipc::Grant& grant, store::TopicSet wanted, const store::Event& event) {
  if (event.kind && !grant.may_see(*event.kind)) return false;
  const auto common = wanted & event.topics;
  for (std::size_t each = 0; each < store::kTopics; ++each) {
    if (common.test(each) && may_hear(grant, static_cast<Topic>(each))) return true;
  }
  return false;
}

}  // namespace icure::api
