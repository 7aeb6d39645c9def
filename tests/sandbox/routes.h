// The table of what a server answers: one line for each method and path.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/auth.h"
#include "tests/sandbox/http.h"

namespace icure::sandbox {

/// A request that found its route.
struct Call {
  const Request& request;
  std::vector<std::string> path;  // what stood in place of each {}
  Caller caller;                  // empty on routes that are open to anyone
};

enum class Open { to_users, to_anyone };

class Routes {
 public:
  using Handler = std::function<Reply(const Call&)>;
  using Identify = std::function<std::optional<Caller>(const Request&)>;

  /// `pattern` is a path with {} for any one segment. The first line that fits wins.
  void add(std::string_view method, std::string_view pattern, Handler handler,
           Open open = Open::to_users);
  /// 404 for an unknown path, 405 for an unknown method on it, 401 where `identify` finds nobody.
  Reply answer(const Request& request, const Identify& identify) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> pattern;
    Handler handler;
    Open open;
  };

  std::vector<Route> routes_;
};

}  // namespace icure::sandbox
