// One request of a browser and its answer, free of the library that carries them.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace icure::dashboard {

struct Request {
  std::string method;
  std::string path;                                 ///< Without the query.
  std::map<std::string, std::string> query = {};    ///< Decoded.
  std::map<std::string, std::string> headers = {};  ///< Names in lower case.
  std::string body = {};
  bool too_long = false;  ///< The body is longer than is read; it is empty here then.

  /// Empty if there is none.
  std::string_view header(const std::string& name) const { return value(headers, name); }
  std::string_view argument(const std::string& name) const { return value(query, name); }

 private:
  static std::string_view value(const std::map<std::string, std::string>& in,
                                const std::string& name) {
    const auto found = in.find(name);
    return found == in.end() ? std::string_view() : std::string_view(found->second);
  }
};

/// A body without an end that is known. On the connection's thread only.
class Stream {
 public:
  virtual ~Stream() = default;
  /// More of it; may take its time. Empty: the end.
  virtual std::string next() = 0;
};

struct Answer {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::unique_ptr<Stream> stream = nullptr;  ///< In place of a body.
};

}  // namespace icure::dashboard
