#include "tests/sandbox/platform.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/gzip.h"

namespace icure::sandbox {
namespace {

constexpr std::string_view kPrefix = "/rest/v2";

bool is_repeatable(const Request& request) {
  if (request.method == "GET") return request.path == "/rest/v2/user";
  return request.path.ends_with("/byIds") || request.path.ends_with("/match");
}

// What an answer depends on. Clients add `ts` only to get past caches.
std::string key_of(const Request& request, const Caller& caller) {
  std::string key = caller.owner + "\n" + request.path + "\n";
  for (const auto& [name, value] : request.parameters)
    if (name != "ts" && name != "jwt") key.append(name).append("=").append(value).append("\n");
  return key + "\n" + request.body;
}

// The cloud has every call once more for a group that the path names. Empty for another group than
// ours; otherwise what the call is without it.
std::optional<std::string> without_group(const std::string& path, const std::string& own_group) {
  constexpr std::string_view kMark = "/inGroup/";
  const std::size_t at = path.find(kMark);
  if (at == std::string::npos) return path;
  const std::size_t end = std::min(path.find('/', at + kMark.size()), path.size());
  const std::string group = path.substr(at + kMark.size(), end - at - kMark.size());
  if (percent_decode(group) != own_group) return std::nullopt;
  return path.substr(0, at) + path.substr(end);
}

}  // namespace

Platform::Platform(World& world) : world_(world) {
  add_auth_routes(routes_, world);
  add_user_routes(routes_, world);
  add_owner_routes(routes_, world);
  add_entity_routes(routes_, world);
  add_token_routes(routes_, world);
  add_bulk_routes(routes_, world);
  add_write_routes(routes_, world);
  add_exchange_routes(routes_, world);
}

Reply Platform::answer(const Request& asked) {
  const std::scoped_lock lock(world_.mutex);
  const auto path = without_group(asked.path, world_.population.group_id());
  if (!path) return error_reply(403, "Access denied");
  if (*path == asked.path) return own_answer(asked);
  Request request = asked;
  request.path = *path;
  return own_answer(request);
}

Reply Platform::own_answer(const Request& request) {
  if (!request.body.empty() && request.path.starts_with(kPrefix) &&
      request.header("content-type").find("json") == std::string::npos)
    return error_reply(415, "Unsupported media type");
  const auto identify = [this](const Request& each) { return world_.auth.caller(each); };
  if (!world_.options.replay || !is_repeatable(request)) return routes_.answer(request, identify);
  const auto caller = identify(request);
  return caller ? kept_answer(request, *caller) : empty_reply(401);
}

Reply Platform::kept_answer(const Request& request, const Caller& caller) {
  if (kept_version_ != world_.documents.version()) kept_.clear();
  kept_version_ = world_.documents.version();
  const std::string key = key_of(request, caller);
  if (const auto at = kept_.find(key); at != kept_.end()) return at->second;
  Reply reply = routes_.answer(request, [&](const Request&) { return caller; });
  if (reply.status == 200) kept_[key] = reply;
  return reply;
}

void Platform::warm_up() {
  Request request;
  request.method = "GET";
  request.path = "/rest/v2/user";
  request.parameters = {{"limit", "1000"}, {"skipPatients", "false"}};
  const Caller caller = world_.auth.caller_for(world_.own_user());
  for (bool more = true; more;) {
    const Reply reply = kept_answer(request, caller);
    if (!world_.options.no_gzip) reply.body->gzipped = gzip(reply.body->text);
    const auto tail = reply.body->text.rfind("\"nextKeyPair\":");
    more = tail != std::string::npos;
    if (!more) break;
    const auto next = parse_json("{" + reply.body->text.substr(tail));
    request.parameters["startDocumentId"] = next->at("nextKeyPair").at("startKeyDocId");
    if (next->at("nextKeyPair").contains("startKey"))
      request.parameters["startKey"] = next->at("nextKeyPair").at("startKey");
  }
}

}  // namespace icure::sandbox
