#include "sync/connection.h"

#include <algorithm>
#include <array>

#include "sync/backoff.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

// An outage: from a second to nearly 20, so that a short one is over for us 20 s after it is over;
// after an hour the line is asked once a minute.
constexpr Millis kFirstProbe = 1s;
constexpr Millis kLongestProbe = 18s;
constexpr Millis kLongOutage = 1h;
constexpr Millis kLongOutageProbe = 60s;
// A refused login is not an outage: asking in a hurry locks accounts. It is asked again all the
// same, since the platform reports some faults of its own as 401.
constexpr std::array<Millis, 3> kLoginProbes = {30s, 2min, 10min};
constexpr Millis kLastLoginProbe = 1h;
// Asked to wait without a time, we wait so long; a longer time than an hour may be a mistake.
constexpr Millis kUnnamedQuiet = 30s;
constexpr Millis kLongestQuiet = 1h;
// While nothing else talks to the platform, ask it now and then whether it is there, so that
// status does not say "online" for minutes after a cable was pulled.
constexpr Millis kHealthCheck = 30s;
constexpr Millis kHealthCheckPinged = 2min;
// News of the network come in bursts, on a machine with containers all day long.
constexpr Millis kShortestGap = 1s;
constexpr Millis kShortestGapOnline = 10s;

/// When the platform is asked next.
enum class Ask : std::uint8_t {
  unchanged,
  soon,   ///< At once, unless it was asked a moment ago.
  later,  ///< After the wait of the new state.
};

struct Outcome {
  LineState next;
  Ask ask;
};

constexpr auto kStarting = LineState::starting;
constexpr auto kOnline = LineState::online;
constexpr auto kOutage = LineState::outage;
constexpr auto kRefused = LineState::login_refused;
constexpr auto kQuiet = LineState::quiet;
constexpr auto kPaused = LineState::paused;
constexpr auto kStay = Ask::unchanged;
constexpr auto kSoon = Ask::soon;
constexpr auto kLater = Ask::later;

// Rows: the state now. Columns: what happened. A failure that does not count (counts()) never gets
// here. An answer does not end `quiet`: it belongs to a
// request that was sent before we were asked to wait. The end of `quiet` leads to `outage`, where
// the platform is asked whether it is ready.
// clang-format off
constexpr std::array<std::array<Outcome, kLineEvents>, kLineStates> kTable = {{
  // answered           line_failed        login_failed        told_to_wait      network_changed     settings_changed    pause              resume              due
  {{{kOnline, kLater}, {kOutage, kLater}, {kRefused, kLater}, {kQuiet, kLater}, {kStarting, kSoon}, {kStarting, kSoon}, {kPaused, kLater}, {kStarting, kStay}, {kStarting, kLater}}},
  {{{kOnline, kLater}, {kOutage, kLater}, {kRefused, kLater}, {kQuiet, kLater}, {kOnline,   kSoon}, {kOnline,   kSoon}, {kPaused, kLater}, {kOnline,   kStay}, {kOnline,   kLater}}},
  {{{kOnline, kLater}, {kOutage, kLater}, {kRefused, kLater}, {kQuiet, kLater}, {kOutage,   kSoon}, {kOutage,   kSoon}, {kPaused, kLater}, {kOutage,   kStay}, {kOutage,   kLater}}},
  {{{kOnline, kLater}, {kOutage, kLater}, {kRefused, kLater}, {kQuiet, kLater}, {kRefused,  kStay}, {kRefused,  kSoon}, {kPaused, kLater}, {kRefused,  kStay}, {kRefused,  kLater}}},
  {{{kQuiet,  kStay},  {kQuiet,  kStay},  {kQuiet,   kStay},  {kQuiet, kLater}, {kQuiet,    kStay}, {kQuiet,    kStay}, {kPaused, kLater}, {kQuiet,    kStay}, {kOutage,   kLater}}},
  {{{kPaused, kStay},  {kPaused, kStay},  {kPaused,  kStay},  {kPaused, kStay}, {kPaused,   kStay}, {kPaused,   kStay}, {kPaused, kLater}, {kStarting, kSoon}, {kStarting, kLater}}},
}};
// clang-format on

template <class E>
constexpr std::size_t at(E value) {
  return static_cast<std::size_t>(value);
}

bool is_failure(LineEvent event) {
  return event == LineEvent::line_failed || event == LineEvent::login_failed;
}

}  // namespace

bool Connection::happened(LineEvent event, Millis now, Cause cause, Millis wait) {
  if (is_failure(event) && !counts()) return false;
  const auto before = state_;
  const auto cause_before = cause_;
  const auto& outcome = kTable[at(state_)][at(event)];
  const bool moved = outcome.next != state_;
  state_ = outcome.next;
  if (state_ == kStarting || state_ == kOnline) cause_ = Cause::none;
  if (event == LineEvent::pause) cause_ = Cause::paused;
  const bool heard = moved || outcome.ask == kLater;
  if (heard && (is_failure(event) || event == LineEvent::told_to_wait)) cause_ = cause;
  count(event, now);
  if (event == LineEvent::answered) answered_at_ = now;
  if (outcome.ask != kStay) hurried_ = outcome.ask == kSoon;
  if (outcome.ask == kLater) {
    ask_at_ = next_ask(now, wait);
  } else if (outcome.ask == kSoon) {
    const auto gap = state_ == kOnline ? kShortestGapOnline : kShortestGap;
    const auto soon = std::max(now, asked_at_ + gap);
    ask_at_ = moved ? soon : std::min(ask_at_, soon);
  }
  return state_ != before || cause_ != cause_before;
}

void Connection::pinged(Millis now) {
  if (state_ != kOnline || hurried_) return;
  ask_at_ = std::max(ask_at_, std::min(now + kHealthCheck, answered_at_ + kHealthCheckPinged));
}

/// Many requests that fail together are one failure: after the first, only a question that was due
/// tells something new. The others must neither hurry the next one nor put it off.
bool Connection::counts() const {
  return asking_ || state_ == kStarting || state_ == kOnline;
}

void Connection::count(LineEvent event, Millis now) {
  asking_ = event == LineEvent::due || (asking_ && !is_failure(event) && state_ != kOnline);
  switch (event) {
    case LineEvent::due:
      asked_at_ = now;
      break;
    case LineEvent::answered:
      if (state_ == kOnline) line_failures_ = login_failures_ = 0;
      break;
    case LineEvent::line_failed:
      // Kept over a change of the cause: two causes that take turns do not start it anew.
      if (line_failures_++ == 0) failing_since_ = now;
      break;
    case LineEvent::login_failed:
      ++login_failures_;
      break;
    case LineEvent::settings_changed:
      login_failures_ = 0;
      break;
    case LineEvent::resume:
      if (state_ == kStarting) line_failures_ = login_failures_ = 0;
      break;
    default:
      break;
  }
}

Millis Connection::next_ask(Millis now, Millis wait) const {
  switch (state_) {
    case kStarting:
    case kOnline:
      return now + kHealthCheck;
    case kOutage: {
      if (line_failures_ > 0 && now - failing_since_ >= kLongOutage)
        return now + spread(kLongOutageProbe, random_);
      // From when it was asked, not from when that failed: a line that swallows questions must not
      // make the pauses longer.
      const auto from = now - asked_at_ <= kLongestProbe ? asked_at_ : now;
      const int doublings = std::clamp(line_failures_ - 1, 0, 10);
      const auto ceiling = std::min(kFirstProbe * (1 << doublings), kLongestProbe);
      return std::max(from + full_jitter(ceiling, random_), now + Millis(100));
    }
    case kRefused: {
      const auto nth = static_cast<std::size_t>(std::max(login_failures_, 1)) - 1;
      return now + spread(nth < kLoginProbes.size() ? kLoginProbes[nth] : kLastLoginProbe, random_);
    }
    case kQuiet: {
      // At least so long, and not all clinics in the same second.
      const auto asked = wait > 0ms ? std::min(wait, kLongestQuiet) : kUnnamedQuiet;
      return now + asked + full_jitter(1s, random_);
    }
    case kPaused:
      return now + wait;
  }
  return now;
}

}  // namespace icure::sync
