// A platform with a few users, played at the level of HTTP. The whole one is tests/sandbox.
#pragma once
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http.h"
#include "tests/support/jwt.h"

namespace icure::fakes {

/// Users in the order of their ids, one page after another; other kinds are empty.
class FakePlatform {
 public:
  FakePlatform(FakeHttp& http, FakeClock& clock) : clock_(clock) {
    http.answer = [this](const FakeHttp::Seen& seen) { return answer(seen); };
  }

  /// Adds a user or gives it a new rev.
  void put(const std::string& id, const std::string& name) {
    users_[id] = {{"id", id},
                  {"rev", std::to_string(++rev_) + "-x"},
                  {"name", name},
                  {"login", id + "@x.test"},
                  {"status", "ACTIVE"}};
  }
  void remove(const std::string& id) { users_.erase(id); }

  std::optional<sync::Cause> fault;   ///< Of every request.
  std::optional<Millis> retry_after;  ///< With `fault`.
  std::function<void(const FakeHttp::Seen&)> before_answer;
  std::map<std::string, int> asked;  ///< By method and path.

 private:
  using Json = nlohmann::json;

  sync::Answer<sync::HttpReply> answer(const FakeHttp::Seen& seen) {
    const auto path = seen.target.substr(0, seen.target.find('?'));
    ++asked[seen.method + " " + path];
    if (fault) return sync::Fault{*fault, 0, "as the test wants", retry_after};
    if (path == "/rest/v2/auth/login") {
      return reply_of(
          200, Json{{"token", support::jwt(clock_.wall() + std::chrono::hours(1), 1)}}.dump());
    }
    sync::Answer<sync::HttpReply> made = reply_of(200, body_of(seen, path));
    if (before_answer) before_answer(seen);
    return made;
  }

  std::string body_of(const FakeHttp::Seen& seen, const std::string& path) const {
    if (path == "/rest/v2/user") return page(seen.target);
    if (path == "/rest/v2/user/current") return R"({"id":"me","rev":"1-x"})";
    Json found = Json::array();
    if (path == "/rest/v2/user/match") {
      for (const auto& [id, user] : users_) found.push_back(id);
    } else if (path == "/rest/v2/user/byIds") {
      const auto wanted = Json::parse(seen.body);
      for (const auto& id : wanted["ids"]) {
        if (const auto at = users_.find(id.get<std::string>()); at != users_.end()) {
          found.push_back(at->second);
        }
      }
    }
    return found.dump();
  }

  std::string page(const std::string& target) const {
    const auto parameter = [&target](const std::string& name) {
      const auto at = target.find(name + "=");
      if (at == std::string::npos) return std::string();
      const auto begin = at + name.size() + 1;
      return target.substr(begin, target.find('&', begin) - begin);
    };
    const auto limit = std::stoul(parameter("limit"));
    Json reply = {{"rows", Json::array()}};
    for (auto at = users_.lower_bound(parameter("startDocumentId")); at != users_.end(); ++at) {
      if (reply["rows"].size() == limit) {
        reply["nextKeyPair"] = {{"startKey", at->second["login"]}, {"startKeyDocId", at->first}};
        break;
      }
      reply["rows"].push_back(at->second);
    }
    return reply.dump();
  }

  FakeClock& clock_;
  std::map<std::string, Json> users_;
  int rev_ = 0;
};

}  // namespace icure::fakes
