#include "daemon/loop/network.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/base/log.h"

namespace icure::loop {
namespace {

using namespace std::chrono_literals;

// A cable that is plugged in gives a dozen messages: link, addresses, then routes. The line is
// worth a try when the last of them is there.
constexpr Millis kSettling = 250ms;

constexpr unsigned kGroups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

Error refused(const char* call) {
  return Error{Code::io, std::string(call) + " of a netlink socket: " + std::strerror(errno)};
}

}  // namespace

Network::Network(uv_loop_t& loop, std::function<void()> on_news)
    : loop_(loop), on_news_(std::move(on_news)), settling_(loop) {}

Network::~Network() {
  close();
}

Result<Done> Network::listen() {
  socket_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (socket_ < 0) return refused("socket");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kGroups;
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    auto error = refused("bind");
    close();
    return error;
  }
  auto poll = std::make_unique<uv_poll_t>();
  if (uv_poll_init(&loop_, poll.get(), socket_) != 0) {
    close();
    return Error{Code::io, "a netlink socket cannot be watched"};
  }
  poll_.reset(poll.release());
  poll_->data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(poll_.get()));
  uv_poll_start(poll_.get(), UV_READABLE,
                [](uv_poll_t* ready, int, int) { static_cast<Network*>(ready->data)->take(); });
  return Done{};
}

/// What the news is does not matter: whether the platform can be reached is asked at the platform.
void Network::take() {
  bool news = false;
  std::array<char, 8192> message;
  for (int left = 64; left > 0; --left) {  // bounded: the rest comes with the next turn
    sockaddr_nl sender{};
    socklen_t size = sizeof sender;
    const auto got = recvfrom(socket_, message.data(), message.size(), 0,
                              reinterpret_cast<sockaddr*>(&sender), &size);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (got < 0 && errno != ENOBUFS) {  // ENOBUFS: so much news that some was lost
      log::warning("no news of this machine's network any more: {}", std::strerror(errno));
      close();
      break;
    }
    if (got < 0 || sender.nl_pid == 0) news = true;  // 0: the kernel; others may send here as well
  }
  if (!news || settling_now_) return;
  settling_now_ = true;
  settling_.start(kSettling, [this] {
    settling_now_ = false;
    on_news_();
  });
}

void Network::close() {
  poll_.reset();  // stops watching at once
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

}  // namespace icure::loop
