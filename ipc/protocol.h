// JSON-RPC 2.0: one line to a request, an answer to one line. Pure; knows no method.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "ipc/padded.h"

namespace icure::ipc {

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kApplicationError = -32000;  ///< Told apart by the word in its data.

/// How a Code looks on the socket.
struct Word {
  std::string_view name;
  bool retryable;  ///< The same call may succeed later without anybody doing anything.
};
Word word_of(Code code);

struct RpcError {
  RpcError(int c, Error e) : code(c), error(std::move(e)) {}
  int code;
  Error error;
};

struct Request {
  std::string_view id;  ///< The raw JSON token; empty for a notification, which gets no answer.
  std::string method;
  Padded params;  ///< Text of an object, "{}" if the request has none; or of a list.
};

/// What to answer where there is no request to speak of.
struct BadRequest {
  BadRequest(std::string i, RpcError e) : id(std::move(i)), error(std::move(e)) {}
  std::string id;  ///< The raw token, or "null" where it is not known.
  RpcError error;
};

/// The request's views point into `line`. The whole line is proved to be JSON, `params` included.
Result<Request, BadRequest> parse_request(Padded line);

/// A line of a server, in raw texts; what it does not have is empty. With an id it is an answer
/// ("null" where the server could not tell which), without a notification.
struct ServerLine {
  std::string_view id;
  std::string_view result;
  std::string_view error;
  std::string method;
  std::string_view params;
};

/// For clients. The views point into `line`. Fails with invalid if it is neither.
Result<ServerLine> parse_server_line(Padded line);

/// Appends one line with its end. `result` is JSON text and is copied as it is.
void append_result(std::string& out, std::string_view id, std::string_view result);
void append_error(std::string& out, std::string_view id, const RpcError& error);
/// `params`: the text of a JSON object, in pieces.
void append_notification(std::string& out, std::string_view method,
                         std::initializer_list<std::string_view> params);

}  // namespace icure::ipc
