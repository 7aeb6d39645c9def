// The platform's writing of users and its tokens, played on top of FakePlatform; and the message
// gateway. What is lost on the way is said by the test.
#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sync/url.h"
#include "tests/fakes/fake_platform.h"

namespace icure::fakes {

/// What becomes of an answer.
enum class Fate { comes, lost, never_arrived };

class FakeUsers {
 public:
  using Json = nlohmann::json;

  FakeUsers(FakeHttp& http, FakeClock& clock, FakePlatform& platform)
      : clock_(clock), platform_(platform), read_(http.answer) {
    http.answer = [this](const FakeHttp::Seen& seen) { return answer(seen); };
  }

  /// Somebody else's user.
  void add(Json user) { store(std::move(user)); }
  bool has(const std::string& id) const { return users_.contains(id) && live(users_.at(id)); }
  Json& user(const std::string& id) { return users_.at(id); }
  std::size_t live_users() const {
    return static_cast<std::size_t>(std::count_if(
        users_.begin(), users_.end(), [](const auto& each) { return live(each.second); }));
  }
  /// A change of the test's own.
  void change(const std::string& id, const char* member, Json value) {
    auto user = users_.at(id);
    user[member] = std::move(value);
    store(std::move(user));
  }

  /// Asked before and after each request that changes something: what becomes of it.
  std::function<Fate(const std::string& request)> fate = [](const auto&) { return Fate::comes; };
  std::map<std::string, int> statuses;    ///< By method and the beginning of the path.
  int refuse_tokens = 0;                  ///< So many tokens are refused for want of a fresh login.
  std::vector<std::string> token_values;  ///< In the order in which they were set.
  std::vector<std::string> requests;      ///< That change something, by method and path.

 private:
  static bool live(const Json& user) { return !user.contains("deletionDate"); }

  sync::Answer<sync::HttpReply> answer(const FakeHttp::Seen& seen) {
    const auto path = seen.target.substr(0, seen.target.find('?'));
    if (!path.starts_with("/rest/v2/user") || path.ends_with("/byIds") || path.ends_with("match")) {
      return read_(seen);
    }
    const auto request = seen.method + " " + path.substr(8);
    if (seen.method == "GET" && request.find("/by") == request.npos) return read_(seen);
    if (seen.method != "GET") requests.push_back(request);
    const auto becomes = fate(request);
    if (becomes == Fate::never_arrived) return lost(sync::Cause::connect, false);
    auto made = act(seen, request);
    if (becomes == Fate::lost) return lost(sync::Cause::timeout, true);
    return made;
  }

  static sync::Fault lost(sync::Cause cause, bool went_out) {
    sync::Fault fault{cause, 0, "as the test wants"};
    fault.went_out = went_out;
    return fault;
  }

  sync::HttpReply act(const FakeHttp::Seen& seen, const std::string& request) {
    for (const auto& [begin, status] : statuses) {
      if (request.starts_with(begin)) return reply_of(status, "{}");
    }
    const auto last = request.substr(request.rfind('/') + 1);
    if (seen.method == "GET") return find(request, last);
    if (request.starts_with("POST /user/token/")) return set_token(seen, request, last);
    if (seen.method == "DELETE") return remove(seen, last);
    const auto sent = Json::parse(seen.body);
    return seen.method == "POST" ? create(sent) : put(sent);
  }

  sync::HttpReply find(const std::string& request, const std::string& value) {
    const auto by = [&](const char* member) {
      Json ids = Json::array();
      for (const auto& [id, user] : users_) {
        if (live(user) && user.value(member, "") == value) ids.push_back(id);
      }
      return ids;
    };
    if (request.find("/byPatientId/") != request.npos) return reply_of(200, by("patientId").dump());
    if (request.find("/byHealthcarePartyId/") != request.npos) {
      return reply_of(200, by("healthcarePartyId").dump());
    }
    const bool email = request.find("/byEmail/") != request.npos;
    for (const auto& [id, user] : users_) {
      const auto contact = user.value(email ? "email" : "mobilePhone", "");
      const auto encoded = sync::percent_encoded(contact);
      if (live(user) && !contact.empty() && encoded == value) return reply_of(200, user.dump());
    }
    return reply_of(404, "");
  }

  sync::HttpReply create(const Json& sent) {
    for (const auto& [id, user] : users_) {
      if (live(user) && user.value("login", "") == sent.value("login", "")) {
        return reply_of(400, R"({"message":"A user with Login x already exists"})");
      }
    }
    if (users_.contains(sent["id"])) return reply_of(409, "{}");
    return reply_of(200, store(sent).dump());
  }

  sync::HttpReply put(const Json& sent) {
    const std::string id = sent["id"];
    if (!users_.contains(id)) return reply_of(404, "{}");
    if (users_[id]["rev"] != sent["rev"]) return reply_of(409, "{}");
    auto stored = sent;
    Json tokens = Json::object();
    if (users_[id].contains("authenticationTokens")) tokens = users_[id]["authenticationTokens"];
    const auto sent_tokens = sent.value("authenticationTokens", Json::object());
    for (const auto& [key, token] : sent_tokens.items()) {
      if (token.contains("deletionDate")) tokens.erase(key);
    }
    stored["authenticationTokens"] = tokens;
    return reply_of(200, store(stored).dump());
  }

  sync::HttpReply remove(const FakeHttp::Seen& seen, const std::string& id) {
    if (!users_.contains(id)) return reply_of(404, "{}");
    if (!seen.target.ends_with("?rev=" + users_[id]["rev"].get<std::string>())) {
      return reply_of(409, "{}");
    }
    auto user = users_[id];
    user["deletionDate"] = 1;
    store(user);
    return reply_of(200, "{}");
  }

  sync::HttpReply set_token(const FakeHttp::Seen& seen, const std::string& request,
                            const std::string& key) {
    if (refuse_tokens > 0) {
      --refuse_tokens;
      auto refused = reply_of(401, "");
      refused.required_auth_level = 20;
      return refused;
    }
    const auto begin = std::string("POST /user/token/").size();
    const auto id = request.substr(begin, request.rfind('/') - begin);
    if (!has(id)) return reply_of(404, "{}");
    auto user = users_[id];
    user["authenticationTokens"][key] = {{"creationTime", 1}, {"validity", 2}};
    store(user);
    token_values.push_back(seen.new_token);
    return reply_of(200, seen.new_token);
  }

  /// With a new rev, here and where FakePlatform reads.
  Json store(Json user) {
    const std::string id = user["id"];
    user["rev"] = std::to_string(++rev_) + "-u";
    platform_.at(Kind::user, id) = user;
    return users_[id] = std::move(user);
  }

  FakeClock& clock_;
  FakePlatform& platform_;
  std::function<sync::Answer<sync::HttpReply>(const FakeHttp::Seen&)> read_;
  std::map<std::string, Json> users_;
  int rev_ = 1000;
};

/// Keeps the messages that arrived.
class FakeGateway {
 public:
  explicit FakeGateway(FakeHttp& http) {
    http.answer = [this](const FakeHttp::Seen& seen) -> sync::Answer<sync::HttpReply> {
      const auto becomes = fate(seen.target);
      sync::Fault fault{sync::Cause::timeout, 0, "as the test wants"};
      if (becomes == Fate::never_arrived) return fault;
      fault.went_out = true;
      if (status == 200) messages.push_back(seen);
      if (becomes == Fate::lost) return fault;
      auto reply = reply_of(status, "");
      reply.retry_after = retry_after;
      return reply;
    };
  }

  std::function<Fate(const std::string& request)> fate = [](const auto&) { return Fate::comes; };
  int status = 200;
  std::optional<Millis> retry_after;
  std::vector<FakeHttp::Seen> messages;
};

}  // namespace icure::fakes
