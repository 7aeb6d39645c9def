// A request and its reply, without the server that carries them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct MHD_UpgradeResponseHandle;

namespace icure::sandbox {

struct Request {
  std::string method;
  std::string path;   // as received, still percent-encoded
  std::string query;  // the same, without the question mark
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> headers;  // names in small letters
  std::string body;

  std::optional<std::string> parameter(const std::string& name) const;
  /// Empty when there is none.
  std::string header(const std::string& name) const;
};

/// Shared, because a replayed answer is served many times.
struct Body {
  std::string text;
  std::string gzipped;  // empty until somebody wanted it
};

/// A connection that no longer speaks HTTP. It is closed through `handle`, by whoever took it over.
struct TakenSocket {
  MHD_UpgradeResponseHandle* handle;
  int socket;         // to read and write
  int wire;           // what the client is connected to; under TLS another one
  std::string ahead;  // what the client had sent already
};

struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::shared_ptr<Body> body = std::make_shared<Body>();
  bool streamed = false;  // in chunks and without a length, as the platform sends its lists
  std::vector<std::pair<std::string, std::string>> headers;
  std::function<void(TakenSocket)> take_over = {};  // only with 101: called once the reply is out
};

Reply json_reply(std::string json, int status = 200);
Reply list_reply(std::string json);
Reply text_reply(std::string text);
/// The platform's error body.
Reply error_reply(int status, std::string_view message);
Reply empty_reply(int status);

/// Splits the target of a request line into path and query parameters.
void read_target(std::string_view target, Request& request);
std::string percent_decode(std::string_view text);
/// Empty when it is no JSON.
std::optional<nlohmann::json> parse_json(std::string_view text);

}  // namespace icure::sandbox
