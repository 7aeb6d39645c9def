// One client that listens for changes over a websocket.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tests/sandbox/routes.h"
#include "tests/sandbox/table.h"

namespace icure::sandbox {

/// Whether soft deletes are told, as updates. What the platform does is not known.
enum class Deletes { untold, told };

/// With the notifier's lock held only.
class Subscriber {
 public:
  /// Owns the socket.
  Subscriber(TakenSocket socket, Caller caller);
  /// Cuts the connection.
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  int socket() const { return socket_.socket; }
  bool subscribed() const { return kind_.has_value(); }
  bool has_output() const { return !out_.empty(); }
  /// Reads what has come and answers it. False when the client is gone.
  bool read();
  /// Writes as much as the client takes; false when it is gone, or was told to go.
  bool write();
  void ping();
  /// Pushes the document if it is what this client asked for and may see.
  void offer(const Row& row, Change change, Deletes deletes);
  nlohmann::json describe() const;

 private:
  void take_frames();
  void take_text(const std::string& text);
  bool subscribe(const nlohmann::json& wish);
  void refuse(int code, std::string_view reason);

  TakenSocket socket_;
  Caller caller_;
  std::string in_;
  std::string out_;
  std::string message_;  // the parts that have come of a fragmented one
  std::optional<Kind> kind_;
  std::set<std::string> event_types_;
  nlohmann::json filter_;  // null: everything
  std::uint64_t pings_ = 0;
  std::uint64_t pongs_ = 0;
  std::uint64_t pushed_ = 0;
  bool closing_ = false;  // once all is written, the connection ends
};

}  // namespace icure::sandbox
