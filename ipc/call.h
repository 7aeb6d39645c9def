// Who calls: what a method may know of the other end.
#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "ipc/access.h"
#include "ipc/feed.h"
#include "ipc/peer.h"
#include "ipc/trace.h"

namespace icure::ipc {

/// One connection's caller. Outlives the connection while its calls run.
struct Caller {
  Peer peer;
  Grant grant;         ///< Changes when the rules are read again, also under a running call.
  std::string client;  ///< As `hello` said, else the program's name; unverified.
  std::string actor;   ///< As `hello` said: the acting clinician's user id; may be empty.
  bool actor_verified = false;      ///< `hello` came with a session of that user's.
  std::stop_token stop;             ///< Requested when the server stops: long waits should end.
  std::unique_ptr<Feed> feed;       ///< What it subscribed to; dies with the connection.
  std::function<void()> pour_feed;  ///< Asks the feed, soon: there may be something new.
};

/// Cheap to copy; keeps its caller alive. Loop thread only.
class Call {
 public:
  /// `trace`, if any, outlives the call.
  explicit Call(std::shared_ptr<Caller> caller, Trace* trace = nullptr)
      : caller_(std::move(caller)), trace_(trace) {}

  const Grant& grant() const { return caller_->grant; }
  const Peer& peer() const { return caller_->peer; }
  const std::string& client() const { return caller_->client; }
  const std::string& actor() const { return caller_->actor; }
  const std::stop_token& stop() const { return caller_->stop; }
  Caller& caller() const { return *caller_; }  ///< For `hello`.

  /// For those who are told of the end of calls: the record that this one reads or changes. An id
  /// in the params is noted without this.
  void concerns(Kind kind, std::string_view id) const {
    if (trace_) trace_->concern(kind, id);
  }
  /// As above: how many records a list or search tells.
  void tells(std::size_t rows) const {
    if (trace_) trace_->rows = rows;
  }
  Trace* trace() const { return trace_; }  ///< For the table of methods; null: nobody is told.

 private:
  std::shared_ptr<Caller> caller_;
  Trace* trace_;
};

}  // namespace icure::ipc
