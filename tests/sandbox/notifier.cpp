#include "tests/sandbox/notifier.h"

#include <microhttpd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "tests/sandbox/websocket.h"

namespace icure::sandbox {

using std::chrono::steady_clock;

Notifier::Notifier(std::chrono::seconds ping_every)
    : ping_every_(ping_every),
      wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Notifier::~Notifier() {
  thread_.request_stop();
  wake();
  thread_.join();
  ::close(wakeup_);
}

Reply Notifier::handshake(const Call& call) {
  const Request& request = call.request;
  const std::string key = request.header("sec-websocket-key");
  if (request.header("upgrade").empty() || key.empty())
    return error_reply(400, "Can \"Upgrade\" only to \"WebSocket\".");
  const std::scoped_lock lock(mutex_);
  if (door_ == Door::refusing) return empty_reply(503);
  Reply reply = empty_reply(101);
  reply.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Accept", accept_token(key)}};
  reply.take_over = [this, caller = call.caller](TakenSocket socket) {
    adopt(std::move(socket), caller);
  };
  return reply;
}

void Notifier::adopt(TakenSocket socket, Caller caller) {
  const std::scoped_lock lock(mutex_);
  auto fresh = std::make_unique<Subscriber>(std::move(socket), std::move(caller));
  if (!open_) return;
  subscribers_[next_++] = std::move(fresh);
  wake();
}

void Notifier::tell(const Row& row, Change change) {
  const std::scoped_lock lock(mutex_);
  if (subscribers_.empty() || !speaks()) return;
  for (const auto& [id, subscriber] : subscribers_) subscriber->offer(row, change, deletes_);
  wake();
}

void Notifier::set_voice(Voice voice) {
  const std::scoped_lock lock(mutex_);
  voice_ = voice;
}

void Notifier::set_door(Door door) {
  const std::scoped_lock lock(mutex_);
  door_ = door;
}

void Notifier::set_deletes(Deletes deletes) {
  const std::scoped_lock lock(mutex_);
  deletes_ = deletes;
}

void Notifier::drop() {
  const std::scoped_lock lock(mutex_);
  subscribers_.clear();
  wake();
}

void Notifier::close() {
  const std::scoped_lock lock(mutex_);
  open_ = false;
  subscribers_.clear();
  wake();
}

void Notifier::reopen() {
  const std::scoped_lock lock(mutex_);
  open_ = true;
  hung_ = false;
}

void Notifier::hang() {
  const std::scoped_lock lock(mutex_);
  hung_ = true;
}

bool Notifier::speaks() const {
  return voice_ == Voice::speaking && !hung_;
}

nlohmann::json Notifier::list() const {
  const std::scoped_lock lock(mutex_);
  auto out = nlohmann::json::array();
  for (const auto& [id, subscriber] : subscribers_) {
    out.push_back(subscriber->describe());
    out.back()["n"] = id;
  }
  return out;
}

void Notifier::run(const std::stop_token& stop) {
  auto next_ping = steady_clock::now() + ping_every_;
  while (!stop.stop_requested()) {
    std::vector<pollfd> polled = {{wakeup_, POLLIN, 0}};
    std::vector<std::uint64_t> ids = {0};
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& [id, subscriber] : subscribers_) {
        const bool writes = subscriber->has_output() && speaks();
        polled.push_back(
            {subscriber->socket(), static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0});
        ids.push_back(id);
      }
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_ping - steady_clock::now());
    poll(polled.data(), polled.size(), static_cast<int>(std::max<std::int64_t>(0, left.count())));
    eventfd_t woken = 0;
    eventfd_read(wakeup_, &woken);
    const std::scoped_lock lock(mutex_);
    if (steady_clock::now() >= next_ping) {
      ping_all();
      next_ping = steady_clock::now() + ping_every_;
    }
    for (std::size_t i = 1; i < polled.size(); ++i)
      if (polled[i].revents != 0) serve(ids[i], polled[i].revents);
  }
}

void Notifier::ping_all() {
  if (!speaks()) return;
  for (const auto& [id, subscriber] : subscribers_)
    if (subscriber->subscribed()) subscriber->ping();
}

void Notifier::serve(std::uint64_t id, short events) {
  const auto at = subscribers_.find(id);
  if (at == subscribers_.end()) return;  // cut while we waited
  bool stays = (events & POLLIN) == 0 || at->second->read();
  if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0 && (events & POLLIN) == 0) stays = false;
  if (stays && speaks()) stays = at->second->write();
  if (!stays) subscribers_.erase(at);
}

void Notifier::wake() const {
  eventfd_write(wakeup_, 1);
}

}  // namespace icure::sandbox
