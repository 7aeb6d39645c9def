#include "tests/sandbox/routes.h"

namespace icure::sandbox {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at != std::string_view::npos && at < path.size();) {
    const std::size_t end = path.find('/', at + 1);
    parts.emplace_back(path.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
    at = end;
  }
  return parts;
}

// The segments that stand for {}, decoded; empty when the path is another one.
std::optional<std::vector<std::string>> fit(const std::vector<std::string>& pattern,
                                            const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::vector<std::string> found;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i] == "{}") {
      found.push_back(percent_decode(path[i]));
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return found;
}

}  // namespace

void Routes::add(std::string_view method, std::string_view pattern, Handler handler, Open open) {
  routes_.push_back({std::string(method), split(pattern), std::move(handler), open});
}

Reply Routes::answer(const Request& request, const Identify& identify) const {
  const std::vector<std::string> path = split(request.path);
  bool other_method = false;
  for (const Route& route : routes_) {
    auto found = fit(route.pattern, path);
    if (!found) continue;
    if (route.method != request.method) {
      other_method = true;
      continue;
    }
    if (route.open == Open::to_anyone) return route.handler({request, std::move(*found), {}});
    auto caller = identify(request);
    if (!caller) return empty_reply(401);
    return route.handler({request, std::move(*found), std::move(*caller)});
  }
  return other_method ? error_reply(405, "Method not allowed") : error_reply(404, "Not found");
}

}  // namespace icure::sandbox
