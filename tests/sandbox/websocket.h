// The frames of a websocket (RFC 6455), from the server's side. Knows no socket.
#pragma once

#include <string>
#include <string_view>

namespace icure::sandbox {

enum class Opcode : unsigned char {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// What the server answers to a Sec-WebSocket-Key.
std::string accept_token(const std::string& key);
/// One whole frame, not masked.
std::string make_frame(Opcode opcode, std::string_view payload);
std::string close_frame(int code, std::string_view reason);

struct Frame {
  Opcode opcode = Opcode::text;
  bool last = true;
  std::string payload;
};

enum class Taken { frame, incomplete, malformed };

/// Takes a client's frame off the front of `bytes` and unmasks it. A client that does not mask, or
/// sends more than 1 MiB at once, is malformed.
Taken take_frame(std::string& bytes, Frame& frame);

}  // namespace icure::sandbox
