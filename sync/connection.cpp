#include "sync/connection.h"

#include <algorithm>
#include <array>

#include "sync/backoff.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

// An outage: from a second to 20, so that a short one is over for us 20 s after it is over; after
// an hour the line is asked once a minute.
constexpr Millis kFirstProbe = 1s;
constexpr Millis kLongestProbe = 20s;
constexpr Millis kLongOutage = 1h;
constexpr Millis kLongOutageProbe = 60s;
// A refused login is not an outage: asking in a hurry locks accounts. It is asked again all the
// same, since the platform reports some faults of its own as 401.
constexpr std::array<Millis, 3> kLoginProbes = {30s, 2min, 10min};
constexpr Millis kLastLoginProbe = 1h;
// Never obey a request for quiet beyond this: it may be a mistake, and a sweep is worth asking.
constexpr Millis kLongestQuiet = 1h;

}  // namespace

bool Connection::succeeded() {
  const bool news = !view_.known || !view_.online;
  view_ = {true, true, Cause::none};
  failures_ = 0;
  quiet_until_ = Millis(0);
  return news;
}

bool Connection::failed(const Fault& fault, Millis uptime) {
  const bool news = !view_.known || view_.online || view_.cause != fault.cause;
  if (!view_.known || view_.online || failures_ == 0) failing_since_ = uptime;
  // Another cause starts its own row: a login refused after a long outage is asked again soon.
  failures_ = view_.cause == fault.cause ? failures_ + 1 : 1;
  view_ = {true, false, fault.cause};
  quiet_until_ = fault.retry_after ? uptime + std::min(*fault.retry_after, kLongestQuiet) : 0ms;
  return news;
}

Millis Connection::next_probe(Millis uptime, Random& random) const {
  Millis delay{0};
  if (view_.cause == Cause::auth || view_.cause == Cause::otp) {
    const auto nth = static_cast<std::size_t>(std::max(failures_, 1)) - 1;
    delay = spread(nth < kLoginProbes.size() ? kLoginProbes[nth] : kLastLoginProbe, random);
  } else if (uptime - failing_since_ >= kLongOutage) {
    delay = spread(kLongOutageProbe, random);
  } else {
    const int doublings = std::clamp(failures_ - 1, 0, 10);
    delay = full_jitter(std::min(kFirstProbe * (1 << doublings), kLongestProbe), random);
  }
  // Asked to wait, we wait at least so long, and not all clinics to the same second.
  if (uptime < quiet_until_)
    delay = std::max(delay, quiet_until_ - uptime + full_jitter(1s, random));
  return std::max(delay, Millis(100));
}

}  // namespace icure::sync
