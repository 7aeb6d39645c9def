// Connection: whether the platform can be used, why not, and when to ask it again: one table of
// states and events. Pure: no clock, no network; the engine tells it what happened and when.
#pragma once
#include <cstdint>

#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "sync/cause.h"

namespace icure::sync {

enum class LineState : std::uint8_t {
  starting,       ///< Nothing is known yet.
  online,         ///< The platform answers.
  outage,         ///< It cannot be used; a cause says why.
  login_refused,  ///< It answers and refuses our login.
  quiet,          ///< It asked us to wait: nothing is sent.
  paused,         ///< A person asked us to stop: nothing is sent.
};
inline constexpr int kLineStates = 6;

enum class LineEvent : std::uint8_t {
  answered,          ///< A request was answered as it should be.
  line_failed,       ///< A request failed with a cause that ends runs, but for the next two.
  login_failed,      ///< Our login was refused, or needs a one-time code.
  told_to_wait,      ///< 429, or any failure with a Retry-After.
  network_changed,   ///< This machine got or lost a link, an address or a route.
  settings_changed,  ///< The secret or the configuration is another one.
  pause,             ///< A person pauses the sync for some time.
  resume,            ///< A person ends the pause.
  due,               ///< The time of ask_at() has come: the platform is being asked.
};
inline constexpr int kLineEvents = 9;

/// Values of one moment, for `daemon.status` and `meta.online`.
struct ConnectionView {
  bool known = false;  ///< False until the first answer or failure.
  bool online = false;
  Cause cause = Cause::none;  ///< Why it is not online.
};

/// Loop thread only. Times are of Clock::uptime().
class Connection {
 public:
  explicit Connection(Random& random) : random_(random) {}

  LineState state() const { return state_; }
  ConnectionView view() const {
    return {state_ != LineState::starting, state_ == LineState::online, cause_};
  }

  /// Takes an event. `cause` goes with a failure; `wait` with told_to_wait (zero: it was not said
  /// how long) and pause. Returns whether state or cause are news.
  bool happened(LineEvent event, Millis now, Cause cause = Cause::none, Millis wait = Millis(0));

  /// The platform showed that it is there without being asked. While it does so, it is asked less
  /// often, but now and then all the same: it may be there and answer nothing.
  void pinged(Millis now);

  /// When to send `due` and ask the platform. In every state there is such a time: an hour after
  /// the last event at most, but for a pause, which lasts as long as was said.
  Millis ask_at() const { return ask_at_; }

 private:
  bool counts() const;
  void count(LineEvent event, Millis now);
  Millis next_ask(Millis now, Millis wait) const;

  Random& random_;
  LineState state_ = LineState::starting;
  Cause cause_ = Cause::none;
  Millis ask_at_{0};
  bool hurried_ = false;  // ask_at_ is for a reason, which no ping removes
  Millis answered_at_{0};
  Millis asked_at_{-3'600'000};  // when it was asked last
  Millis failing_since_{0};
  bool asking_ = false;     // a question that was due is not answered yet
  int line_failures_ = 0;   // since it answered last
  int login_failures_ = 0;  // since it answered last
};

}  // namespace icure::sync
