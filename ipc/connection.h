// One client: lines in, answers out, within bounds. A slow call delays no other.
#pragma once
#include <memory>
#include <stop_token>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/scope.h"
#include "daemon/loop/handle.h"
#include "ipc/fair_share.h"
#include "ipc/frame.h"
#include "ipc/methods.h"
#include "ipc/observer.h"
#include "ipc/turn.h"

namespace icure::ipc {

/// What all connections of a server share. Outlives them, their calls and their watches.
struct Service {
  const Methods& methods;
  Clock& clock;
  Turn& turn;
  std::size_t max_message;
  std::function<void(Connection&)> on_closed;
  std::vector<Observer*> observers = {};  ///< Who is told of calls; they outlive those.
  Traces traces = {};
  FairShare fair_share = {};
  Scope calls = {};    ///< Those that did not answer at once.
  Scope watches = {};  ///< Over clients that are given some time.
};

/// Loop thread only. Running calls keep it alive; answers to a client that left are dropped.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Service& service, loop::UniqueHandle<uv_pipe_t> pipe, std::shared_ptr<Caller> caller);

  void serve();  ///< Handles the lines that are there, as far as the bounds allow.
  void flush();  ///< Writes what waits.
  void drain();  ///< Takes no more requests; closes when those begun are answered.
  void close_within(Millis patience);
  void pour_later();  ///< Asks the caller's feed in the next turn.
  void close();       ///< At once. The caller holds a shared_ptr.

  Caller& caller() { return *caller_; }

 private:
  static constexpr std::size_t kMaxUnwritten = std::size_t{1024} * 1024;
  static constexpr std::size_t kFeedRoom = std::size_t{64} * 1024;  // unwritten, for its feed

  enum class State { open, draining, discarding, closed };
  struct Write;

  void received(ssize_t size);
  void handle(Padded line);
  void refuse_line();
  void observe(const Trace* trace, std::string_view outcome);
  void answer(std::string_view id, const Result<std::string>& result);
  void send_later();  ///< After something was appended to out_.
  bool pour();        ///< Whether the feed has more.
  void serve_later();
  void start_write(std::size_t written);
  void all_written();
  void wrote(int status);
  bool may_serve() const;
  void update_reading();
  std::size_t unwritten() const;
  std::uint64_t written() const;

  static Task<Done> complete(std::shared_ptr<Connection> self, std::string id,
                             Methods::Answer answer, Traces::Lease trace);
  static Task<Done> close_if_stuck(std::shared_ptr<Connection> self, std::stop_token stop);
  static Task<Done> close_after(std::shared_ptr<Connection> self, Millis patience,
                                std::stop_token stop);

  Service& service_;
  loop::UniqueHandle<uv_pipe_t> pipe_;
  std::shared_ptr<Caller> caller_;
  LineBuffer in_;
  std::string out_;          // whole lines, not yet given to libuv
  std::uint64_t given_ = 0;  // bytes ever given to libuv
  std::size_t running_ = 0;  // calls begun and not answered
  State state_ = State::open;
  bool reading_ = false;
  bool flush_asked_ = false;
  bool serve_asked_ = false;
  bool watched_ = false;
  std::stop_source closed_;  // ends the watches
};

}  // namespace icure::ipc
