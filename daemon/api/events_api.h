// The "events.*" methods: who is told of what changes.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/api/event_feed.h"
#include "ipc/methods.h"
#include "store/mirror.h"

namespace icure::api {

struct EventsSubscribe {
  std::optional<std::int64_t> since;
  std::optional<std::vector<std::string>> topics;
  static constexpr auto params();
};

struct EventsUnsubscribe {
  std::string subscription;
  static constexpr auto params();
};

/// Loop thread only. What it refers to outlives it, and it outlives the server's connections.
class EventsApi {
 public:
  EventsApi(store::EventReader& reader, store::MirrorReader& point)
      : window_(reader), point_(point) {}
  void register_on(ipc::Methods& methods);

  /// To be called in each turn of the loop: every commit ends with one.
  void turn();

 private:
  ipc::Methods::Answer subscribe(ipc::Call call, EventsSubscribe request);
  ipc::Methods::Answer unsubscribe(ipc::Call call, EventsUnsubscribe request);
  EventFeed& feed_of(ipc::Caller& caller);

  EventWindow window_;
  store::MirrorReader& point_;
  std::unordered_map<ipc::Caller*, EventFeed*> feeds_;  // callers own them
};

}  // namespace icure::api
