// The daemon's events as server-sent events, for as long as the page listens.
#pragma once
#include <chrono>
#include <string>

#include "ipc/client/client.h"
#include "ipc/client/dashboard/activity.h"
#include "ipc/client/dashboard/request.h"

namespace icure::dashboard {

/// Besides the daemon's own: "up" when it tells events (again), so that all must be read anew, and
/// "down" with the reason when it does not. Tries by itself to come back. Ends when `activity`
/// does.
class Feed final : public Stream {
 public:
  /// `heartbeat`: how often something is sent at least, which shows whether anybody listens.
  Feed(client::Options options, Activity& activity, Millis heartbeat = Millis(2'000));
  std::string next() override;

 private:
  std::string subscribe();
  std::string listen();
  std::string down(const client::Failure& failure);

  client::Client daemon_;
  Activity& activity_;
  const Millis heartbeat_;
  bool subscribed_ = false;
  std::string told_;  ///< The failure that the page knows of.
};

}  // namespace icure::dashboard
