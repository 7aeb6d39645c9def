// One request on its way through: read it, perhaps delay or spoil it, send the reply.
#pragma once

#include <microhttpd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tests/sandbox/faults.h"
#include "tests/sandbox/http.h"
#include "tests/sandbox/journal.h"
#include "tests/sandbox/parking.h"

namespace icure::sandbox {

/// The state of a server's line to its clients.
enum class Line { up, refuse, hang, drop };

/// What all exchanges of a server share. The pointers may be null, and outlive the server.
struct Service {
  std::string name;
  std::function<Reply(const Request&)> answer;
  Journal* journal = nullptr;
  Faults* faults = nullptr;
  bool compress = false;
  Parking parking = {};
  std::atomic<Line> line = Line::up;
  /// Called when the line falls silent, before the server stops, and before it runs again: it
  /// cannot stop while sockets that were taken over are open.
  std::function<void()> hanging = {};
  std::function<void()> stopping = {};
  std::function<void()> starting = {};
};

/// On the server's thread only.
class Exchange {
 public:
  Exchange(Service& service, const char* target);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// As libmicrohttpd calls its access handler: once with the headers, for each part of the body,
  /// then to answer.
  MHD_Result step(MHD_Connection* connection, const char* method, const char* data,
                  std::size_t* size);

 private:
  enum class Phase { head, body, hung, delayed, answered };

  MHD_Result finish(MHD_Connection* connection);
  MHD_Result send(MHD_Connection* connection, Reply reply);
  MHD_Response* make_response();
  static void hand_over(void* self, MHD_Connection* connection, void* context, const char* ahead,
                        std::size_t size, MHD_socket socket, MHD_UpgradeResponseHandle* handle);
  static ssize_t read(void* self, std::uint64_t position, char* out, std::size_t room);

  Service& service_;
  Request request_;
  Phase phase_ = Phase::head;
  std::optional<Fault> fault_;
  std::uint64_t number_ = 0;
  Reply reply_;
  const std::string* out_ = nullptr;  // the bytes of the reply's body that go out
  std::uint64_t cut_ = 0;             // after how many of them the connection breaks
  std::uint64_t sent_ = 0;
  int status_ = 0;
};

}  // namespace icure::sandbox
