// The platform's writing of single documents, played on top of FakePlatform, traps included. What
// is lost on the way is said by the test.
#pragma once
#include <functional>
#include <set>

#include "sync/rest.h"
#include "tests/fakes/fake_platform.h"

namespace icure::fakes {

class FakeWrites {
 public:
  using Json = nlohmann::json;

  FakeWrites(FakeHttp& http, FakePlatform& platform) : platform_(platform), read_(http.answer) {
    http.answer = [this](const FakeHttp::Seen& seen) { return answer(seen); };
  }

  /// By method and path of the kind, such as "PUT /rest/v2/user": the next ones are lost.
  std::multiset<std::string> lost_requests;  ///< Before they arrive.
  std::multiset<std::string> lost_replies;   ///< After they were carried out.
  /// Called before each write that arrives, which it may change the world for.
  std::function<void()> before_write = [] {};
  std::vector<std::string> arrived;  ///< By method and path.
  Json last;                         ///< The body of the last one.

 private:
  sync::Answer<sync::HttpReply> answer(const FakeHttp::Seen& seen) {
    const auto path = seen.target.substr(0, seen.target.find('?'));
    for (const auto kind : kAllKinds) {
      const std::string base(sync::path_of(kind));
      const bool all = path == base && seen.method != "GET";
      const bool one = seen.method == "DELETE" && path.starts_with(base + "/");
      if (all || one) return write(kind, seen, base, path);
      if (kind == Kind::user && path.starts_with(base + "/byEmail/")) {
        return holder("email", path.substr((base + "/byEmail/").size()));
      }
      if (kind == Kind::user && path.starts_with(base + "/byPhoneNumber/"))
        return reply_of(404, "");
    }
    return read_(seen);
  }

  sync::Answer<sync::HttpReply> write(Kind kind, const FakeHttp::Seen& seen,
                                      const std::string& base, const std::string& path) {
    const auto what = seen.method + " " + base;
    if (platform_.fault || platform_.statuses.contains(what)) {
      ++platform_.asked[what];
      if (platform_.fault) return sync::Fault{*platform_.fault, 0, "as the test wants"};
      return reply_of(platform_.statuses[what], "{}");
    }
    if (take(lost_requests, what)) return sync::Fault{sync::Cause::timeout, 0, "lost request"};
    before_write();
    arrived.push_back(what);
    auto made = seen.method == "POST"  ? create(kind, Json::parse(seen.body))
                : seen.method == "PUT" ? update(kind, Json::parse(seen.body))
                                       : remove(kind, seen, path.substr(base.size() + 1));
    if (take(lost_replies, what)) return sync::Fault{sync::Cause::timeout, 0, "lost reply"};
    return made;
  }

  static bool take(std::multiset<std::string>& from, const std::string& what) {
    const auto at = from.find(what);
    if (at == from.end()) return false;
    from.erase(at);
    return true;
  }

  sync::HttpReply holder(const char* member, const std::string& value) {
    for (const auto& [id, user] : platform_.of(Kind::user)) {
      if (FakePlatform::live(user) && percent(user.value(member, "")) == value) {
        return reply_of(200, user.dump());
      }
    }
    return reply_of(404, "");
  }
  static std::string percent(std::string text) {
    if (const auto at = text.find('@'); at != std::string::npos) text.replace(at, 1, "%40");
    return text;
  }

  sync::HttpReply create(Kind kind, const Json& sent) {
    last = sent;
    if (sent.contains("rev")) return reply_of(400, "{}");
    // platform: the contact of a user is checked first, also against the user itself.
    for (const auto& [id, user] : platform_.of(Kind::user)) {
      if (kind == Kind::user && FakePlatform::live(user) && sent.contains("email") &&
          user.value("email", "") == sent["email"]) {
        return reply_of(400, R"({"message":"A user with Email x already exists"})");
      }
    }
    const std::string id = sent["id"];
    if (platform_.of(kind).contains(id)) return reply_of(409, "{}");
    return stored(kind, sent);
  }

  sync::HttpReply update(Kind kind, const Json& sent) {
    last = sent;
    const std::string id = sent["id"];
    const auto at = platform_.of(kind).find(id);
    if (at == platform_.of(kind).end()) return reply_of(404, "{}");
    if (at->second["rev"] != sent["rev"]) return reply_of(409, "{}");
    return stored(kind, sent);
  }

  sync::HttpReply stored(Kind kind, Json document) {
    document["rev"] = platform_.next_rev();
    platform_.at(kind, document["id"]) = document;
    return reply_of(200, document.dump());
  }

  sync::HttpReply remove(Kind kind, const FakeHttp::Seen& seen, const std::string& id) {
    const auto at = platform_.of(kind).find(id);
    if (at == platform_.of(kind).end()) return reply_of(404, "{}");
    if (!seen.target.ends_with("?rev=" + at->second["rev"].get<std::string>())) {
      return reply_of(409, "{}");
    }
    platform_.soft_delete(kind, id);
    return reply_of(200, Json{{"id", id}, {"rev", at->second["rev"]}}.dump());
  }

  FakePlatform& platform_;
  std::function<sync::Answer<sync::HttpReply>(const FakeHttp::Seen&)> read_;
};

}  // namespace icure::fakes
