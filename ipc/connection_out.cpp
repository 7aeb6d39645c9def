// The way out of a connection: writing, and the ways in which it ends.
#include <sys/socket.h>

#include <utility>

#include "daemon/base/log.h"
#include "ipc/connection.h"

namespace icure::ipc {
namespace {

constexpr std::size_t kKeep =
    std::size_t{256} * 1024;      // a larger buffer is given back once it is empty
constexpr Millis kStuck{30'000};  // without taking a byte, with a full buffer
constexpr Millis kLinger{5'000};  // for a client to read why it is being closed

uv_stream_t* stream(uv_pipe_t* pipe) {
  return reinterpret_cast<uv_stream_t*>(pipe);
}

}  // namespace

struct Connection::Write {
  uv_write_t request{};
  std::string bytes;
  std::weak_ptr<Connection> connection;
};

std::size_t Connection::unwritten() const {
  const auto queued = pipe_ ? uv_stream_get_write_queue_size(stream(pipe_.get())) : 0;
  return out_.size() + queued;
}

std::uint64_t Connection::written() const {
  return given_ + out_.size() - unwritten();
}

void Connection::send_later() {
  if (state_ == State::closed || std::exchange(flush_asked_, true)) return;
  service_.turn.flush_later(shared_from_this());
}

void Connection::pour_later() {
  if (state_ != State::open || std::exchange(flush_asked_, true)) return;
  service_.turn.flush_next(shared_from_this());
}

// What a client is told waits where it is kept until there is room: one that reads slowly costs a
// number.
bool Connection::pour() {
  const auto waiting = unwritten();
  if (state_ != State::open || !caller_->feed || waiting >= kFeedRoom) return false;
  return caller_->feed->pour(out_, kFeedRoom - waiting);
}

void Connection::serve_later() {
  if (state_ == State::closed || std::exchange(serve_asked_, true)) return;
  service_.turn.serve_later(shared_from_this());
}

void Connection::flush() {
  flush_asked_ = false;
  if (state_ == State::closed) return;
  const bool more = pour();
  // While an earlier write is under way the rest collects here and leaves in one piece after it.
  if (!out_.empty() && out_.size() == unwritten()) {
    uv_buf_t buffer = uv_buf_init(out_.data(), static_cast<unsigned>(out_.size()));
    const int size = uv_try_write(stream(pipe_.get()), &buffer, 1);
    if (size < 0 && size != UV_EAGAIN) return close();
    start_write(size < 0 ? 0 : static_cast<std::size_t>(size));
  }
  if (unwritten() == 0) all_written();
  if (state_ == State::closed) return;
  if (more && unwritten() < kFeedRoom) pour_later();  // others come in between
  if (!reading_ && may_serve()) serve_later();
  if (unwritten() < kMaxUnwritten || std::exchange(watched_, true)) return;
  service_.watches.run(close_if_stuck(shared_from_this(), closed_.get_token()));
}

void Connection::start_write(std::size_t written) {
  given_ += out_.size();
  if (written == out_.size()) {
    out_.clear();
    if (out_.capacity() > kKeep) out_.shrink_to_fit();
    return;
  }
  auto write = std::make_unique<Write>();
  write->bytes = std::exchange(out_, {});
  write->connection = weak_from_this();
  write->request.data = write.get();
  uv_buf_t rest = uv_buf_init(write->bytes.data() + written,
                              static_cast<unsigned>(write->bytes.size() - written));
  auto* request = &write.release()->request;  // its callback always comes, also after a close
  uv_write(request, stream(pipe_.get()), &rest, 1, [](uv_write_t* done, int status) {
    const std::unique_ptr<Write> ended(static_cast<Write*>(done->data));
    if (const auto connection = ended->connection.lock()) connection->wrote(status);
  });
}

void Connection::wrote(int status) {
  if (state_ == State::closed) return;
  if (status < 0) return close();
  flush();
}

void Connection::all_written() {
  if (state_ == State::draining && running_ == 0) return close();
  if (state_ != State::discarding) return;
  int fd = -1;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(pipe_.get()), &fd) == 0) shutdown(fd, SHUT_WR);
}

void Connection::drain() {
  if (state_ != State::open) return;
  state_ = State::draining;
  update_reading();
  send_later();
}

// Closing with bytes unread would make the client's sending fail before it has read why: tell it,
// then swallow the rest for a while.
void Connection::refuse_line() {
  append_error(
      out_, "null",
      RpcError(kInvalidRequest,
               Error{Code::invalid,
                     "a line is longer than " + std::to_string(service_.max_message) + " bytes",
                     "see max_message in the [ipc] section of the configuration"}));
  state_ = State::discarding;
  in_ = LineBuffer(service_.max_message);
  send_later();
  service_.watches.run(close_after(shared_from_this(), kLinger, closed_.get_token()));
}

void Connection::close_within(Millis patience) {
  service_.watches.run(close_after(shared_from_this(), patience, closed_.get_token()));
}

void Connection::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  pipe_.reset();
  caller_->feed.reset();
  out_.clear();
  closed_.request_stop();
  service_.on_closed(*this);
}

Task<Done> Connection::close_after(std::shared_ptr<Connection> self, Millis patience,
                                   std::stop_token stop) {
  const auto slept = co_await self->service_.clock.sleep(patience, stop);
  if (slept) self->close();
  co_return Done{};
}

Task<Done> Connection::close_if_stuck(std::shared_ptr<Connection> self, std::stop_token stop) {
  for (auto before = self->written(); self->unwritten() >= kMaxUnwritten;) {
    const auto slept = co_await self->service_.clock.sleep(kStuck, stop);
    if (!slept) break;
    if (self->written() == before) {
      log::info("closing a client of uid {} that does not read", self->caller_->peer.uid);
      self->close();
      break;
    }
    before = self->written();
  }
  self->watched_ = false;
  co_return Done{};
}

}  // namespace icure::ipc
