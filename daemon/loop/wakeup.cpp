#include "daemon/loop/wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace icure::loop {

Wakeup::Wakeup(uv_loop_t& loop, std::function<void()> woken)
    : woken_(std::move(woken)), event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  auto poll = std::make_unique<uv_poll_t>();
  uv_poll_init(&loop, poll.get(), event_);
  poll_.reset(poll.release());
  poll_->data = this;
  uv_poll_start(poll_.get(), UV_READABLE,
                [](uv_poll_t* polled, int, int) { static_cast<Wakeup*>(polled->data)->take(); });
}

Wakeup::~Wakeup() {
  poll_.reset();
  close(event_);
}

void Wakeup::send() const {
  eventfd_write(event_, 1);
}

void Wakeup::take() {
  eventfd_t sent = 0;
  eventfd_read(event_, &sent);
  woken_();
}

}  // namespace icure::loop
