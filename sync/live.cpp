#include "sync/live.h"

#include <algorithm>

#include "daemon/base/log.h"
#include "sync/backoff.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTarget = "/ws/v2/notification/subscribe";
// platform: it pings in text; after the first ping, so long without one means that it is gone.
constexpr Millis kSilence = 20s;
constexpr Millis kUntilPinged = 24h;
constexpr Millis kLasting = 60s;
constexpr Millis kFirstRetry = 1s;
constexpr Millis kLongestRetry = 60s;
// It answered and refused: perhaps it offers no notifications, or not to us.
constexpr Millis kLongestRetryRefused = 10min;

}  // namespace

std::string_view word_of(LiveState state) {
  switch (state) {
    case LiveState::off:
      return "off";
    case LiveState::waiting:
      return "waiting";
    case LiveState::connecting:
      return "connecting";
    case LiveState::open:
      return "open";
  }
  return "off";
}

void Live::configure(LiveOptions options) {
  if (options == options_) return;
  options_ = std::move(options);
  cut_all();
  changed_.fire();
}

void Live::line_changed() {
  if (parts_.engine.connection().cause == Cause::paused) cut_all();
  changed_.fire();
}

void Live::cut_all() {
  for (auto& socket : sockets_) socket.cut.request_stop();
}

bool Live::wanted(Kind kind) const {
  const auto& kinds = options_.kinds;
  return options_.wanted && std::find(kinds.begin(), kinds.end(), kind) != kinds.end() &&
         parts_.websockets.missing().empty();
}

Task<Done> Live::loop(std::stop_token stop) {
  std::stop_callback end(stop, [this] {
    cut_all();
    changed_.fire();
  });
  std::vector<Task<Done>> following;
  following.reserve(kAllKinds.size());
  for (const auto kind : kAllKinds) following.push_back(follow(kind, stop));
  for (auto& each : following) each.start();
  for (auto& each : following) co_await each;
  co_return Done{};
}

/// One kind's socket, again and again.
Task<Done> Live::follow(Kind kind, std::stop_token stop) {
  auto& socket = sockets_[index_of(kind)];
  while (!stop.stop_requested()) {
    if (!wanted(kind) || !parts_.engine.connection().online) {
      socket.state = wanted(kind) ? LiveState::waiting : LiveState::off;
      co_await changed_.wait();
      continue;
    }
    socket.cut = std::stop_source();
    socket.state = LiveState::connecting;
    socket.proved_at.reset();
    socket.pinged_at.reset();
    const auto fault = co_await listen(kind, socket, socket.cut.get_token());
    socket.state = LiveState::waiting;
    if (socket.cut.stop_requested()) continue;  // by ourselves
    ended(kind, socket, fault);
    auto slept = co_await parts_.clock.sleep(pause_after(fault, socket), socket.cut.get_token());
    static_cast<void>(slept);  // cut short or not, the loop looks at what there is to do
  }
  socket.state = LiveState::off;
  co_return Done{};
}

void Live::ended(Kind kind, Socket& socket, const Fault& fault) {
  // Who lets us in and cuts us off soon after is not asked in a hurry either.
  if (socket.proved_at && parts_.clock.uptime() - *socket.proved_at >= kLasting) {
    socket.failures = 0;
  }
  if (socket.failures == 0) {
    log::warning("no live hints of {} ({}): {}; the sync goes on without", name_of(kind),
                 word_of(fault.cause), fault.message);
  }
  if (socket.proved_at) parts_.engine.network_changed();  // perhaps the line went with it
}

Millis Live::pause_after(const Fault& fault, Socket& socket) {
  const auto longest = fault.status == 0 ? kLongestRetry : kLongestRetryRefused;
  const auto ceiling = std::min(kFirstRetry * (1 << std::min(socket.failures++, 12)), longest);
  return std::max(full_jitter(ceiling, parts_.random), Millis(100));
}

/// Subscribes and takes what comes, until the socket ends.
Task<Fault> Live::listen(Kind kind, Socket& socket, std::stop_token stop) {
  auto patients_of = co_await owners(kind, stop);
  if (!patients_of) co_return patients_of.error();
  auto token = co_await parts_.session.token(stop);
  if (!token) co_return token.error();
  auto opened = co_await parts_.websockets.open(kTarget, std::move(*token), stop);
  if (!opened) {
    if (opened.error().status == 401) parts_.session.forget_token();
    co_return opened.error();
  }
  const auto websocket = std::move(*opened);
  auto sent = co_await websocket->send(subscription(kind, *patients_of), stop);
  if (!sent) co_return sent.error();

  std::stop_source dead;
  std::stop_callback end(stop, [&dead] { dead.request_stop(); });
  std::stop_source over;
  Nap until_silent(parts_.clock);
  auto watching = watch(kind, socket, until_silent, dead, over.get_token());
  watching.start();
  auto fault = co_await receive_all(kind, socket, *websocket, until_silent, dead.get_token());
  over.request_stop();
  co_await watching;
  if (fault.cause == Cause::stopping) fault = Fault{Cause::timeout, 0, "no ping in 20 s"};
  co_return fault;
}

Task<Fault> Live::receive_all(Kind kind, Socket& socket, Websocket& from, Nap& until_silent,
                              std::stop_token stop) {
  for (;;) {
    auto message = co_await from.receive(stop);
    if (!message) co_return message.error();
    prove(kind, socket);
    if (*message == "ping") {
      socket.pinged_at = parts_.clock.uptime();
      until_silent.wake();  // to begin anew: a timer that never runs out wakes nobody
      parts_.engine.pinged();
      auto sent = co_await from.send("pong", stop);
      if (!sent) co_return sent.error();
      continue;
    }
    auto hint = parse_hint(kind, std::move(*message));
    if (!hint) {  // of something that we cannot name
      parts_.engine.catch_up();
      continue;
    }
    parts_.hints.take(kind, std::move(*hint));
    const auto before = parts_.clock.uptime();
    co_await parts_.hints.room(kind, stop);
    // A ping that waits behind our own slowness does not speak against the platform.
    if (socket.pinged_at) *socket.pinged_at += parts_.clock.uptime() - before;
  }
}

/// Requests `dead` when the platform has fallen silent.
Task<Done> Live::watch(Kind kind, Socket& socket, Nap& until_silent, std::stop_source dead,
                       std::stop_token over) {
  for (Millis silence{0}; silence < kSilence;) {
    // A platform that never pings cannot be missed; TCP tells of a line that is cut.
    const bool never_pings = socket.proved_at && !socket.pinged_at;
    co_await until_silent.take(never_pings ? kUntilPinged : kSilence - silence, over);
    if (over.stop_requested()) co_return Done{};
    prove(kind, socket);
    const auto now = parts_.clock.uptime();
    silence = now - socket.pinged_at.value_or(now);
  }
  dead.request_stop();
  co_return Done{};
}

/// The platform knows our subscription. Changes before it were not told: subscribed first, all is
/// compared second.
void Live::prove(Kind kind, Socket& socket) {
  if (socket.proved_at) return;
  socket.proved_at = parts_.clock.uptime();
  socket.state = LiveState::open;
  log::info("live hints of {} come in", name_of(kind));
  parts_.engine.catch_up();
}

/// Whose patients are told of. Empty for the other kinds.
Task<Answer<std::vector<std::string>>> Live::owners(Kind kind, std::stop_token stop) {
  std::vector<std::string> ids;
  if (kind != Kind::patient) co_return ids;
  if (!options_.patients_of.empty()) co_return options_.patients_of;
  auto body = co_await parts_.rest.hierarchy(stop);
  if (!body) co_return body.error();
  auto stubs = wire::parse_stubs(std::move(body->text));
  if (!stubs) co_return stubs.error();
  for (const auto& stub : stubs->stubs) ids.emplace_back(stub.id);
  if (ids.empty()) co_return Fault{Cause::bad_answer, 200, "the daemon's user is no data owner"};
  co_return ids;
}

}  // namespace icure::sync
