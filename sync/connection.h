// Connection: whether the platform can be used, why not, and when to ask again. Pure: no clock, no
// network; the engine tells it what happened and when.
#pragma once
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "sync/cause.h"

namespace icure::sync {

/// Values of one moment, for `daemon.status` and `meta.online`.
struct ConnectionView {
  bool known = false;  ///< False until the first answer or failure.
  bool online = false;
  Cause cause = Cause::none;  ///< Why it is not online.
};

/// Loop thread only.
class Connection {
 public:
  const ConnectionView& view() const { return view_; }

  /// The platform answered us as it should. Returns whether that is news.
  bool succeeded();
  /// A request failed with a cause that ends runs. Returns whether that is news.
  bool failed(const Fault& fault, Millis uptime);

  /// How long to wait before the next probe, by cause and by how long it has lasted.
  /// Requires !online. Never longer than an hour: no cause is for ever.
  Millis next_probe(Millis uptime, Random& random) const;
  /// The platform asked for quiet until then (of uptime); zero if it did not.
  Millis quiet_until() const { return quiet_until_; }

 private:
  ConnectionView view_;
  Millis failing_since_{0};
  Millis quiet_until_{0};
  int failures_ = 0;  // in a row
};

}  // namespace icure::sync
