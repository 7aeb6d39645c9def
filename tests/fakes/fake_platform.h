// A platform with a few entities, played at the level of HTTP. The whole one is tests/sandbox.
#pragma once
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "daemon/base/kind.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http.h"
#include "tests/support/jwt.h"

namespace icure::fakes {

/// Entities in the order of their ids, users one page after another. Our own data owner is "us".
class FakePlatform {
 public:
  FakePlatform(FakeHttp& http, FakeClock& clock) : clock_(clock) {
    http.answer = [this](const FakeHttp::Seen& seen) { return answer(seen); };
  }

  /// Adds a user or gives it a new rev.
  void put(const std::string& id, const std::string& name, const char* status = "ACTIVE") {
    entities_[0][id] = {{"id", id},
                        {"rev", next_rev()},
                        {"name", name},
                        {"login", id + "@x.test"},
                        {"status", status}};
  }
  void remove(const std::string& id) { remove(Kind::user, id); }
  std::string rev_of(const std::string& id) { return at(Kind::user, id)["rev"]; }

  /// Adds a data owner or gives it a new rev. Patients are shared with us.
  void put(Kind kind, const std::string& id, const std::string& name) {
    auto& entity = of(kind)[id];
    entity = {{"id", id}, {"rev", next_rev()}, {"name", name}, {"lastName", name}};
    if (kind != Kind::patient) return;
    entity["delegations"] = {{"us", nlohmann::json::array()}};
    entity["modified"] = clock_.wall().time_since_epoch().count();
  }
  /// For good.
  void remove(Kind kind, const std::string& id) { of(kind).erase(id); }
  void soft_delete(Kind kind, const std::string& id) {
    of(kind)[id]["deletionDate"] = 1;
    of(kind)[id]["rev"] = next_rev();
  }
  /// Its document as it is, for tests that spoil it.
  nlohmann::json& at(Kind kind, const std::string& id) { return of(kind)[id]; }
  /// All documents of a kind by id, deleted ones too.
  std::map<std::string, nlohmann::json>& of(Kind kind) { return entities_[index_of(kind)]; }
  std::string next_rev() { return std::to_string(++rev_) + "-x"; }
  static bool live(const nlohmann::json& entity) { return !entity.contains("deletionDate"); }

  std::optional<sync::Cause> fault;               ///< Of every request.
  std::optional<Millis> retry_after;              ///< With `fault`.
  std::map<std::string, int> statuses;            ///< By method and path: what is answered instead.
  std::map<std::string, std::string> by_contact;  ///< Ids of users, by the end of the path.
  std::map<std::string, std::vector<std::string>> users_of;  ///< By data owner.
  std::set<std::string> unlisted;                            ///< Ids that `match` leaves out.
  std::function<void(const FakeHttp::Seen&)> before_answer;
  std::map<std::string, int> asked;  ///< By method and path.

 private:
  using Json = nlohmann::json;
  using Entities = std::map<std::string, Json>;

  static constexpr std::array<const char*, kAllKinds.size()> kPaths = {"user", "hcparty", "patient",
                                                                       "device"};

  sync::Answer<sync::HttpReply> answer(const FakeHttp::Seen& seen) {
    const auto path = seen.target.substr(0, seen.target.find('?'));
    ++asked[seen.method + " " + path];
    if (fault) return sync::Fault{*fault, 0, "as the test wants", retry_after};
    if (path == "/rest/v2/auth/login") {
      return reply_of(
          200, Json{{"token", support::jwt(clock_.wall() + std::chrono::hours(1), 1)}}.dump());
    }
    if (const auto at = statuses.find(seen.method + " " + path); at != statuses.end()) {
      return reply_of(at->second, "{}");
    }
    auto made = path.find("/user/by") == path.npos || path.ends_with("/byIds")
                    ? reply_of(200, body_of(seen, path))
                    : users_by(path);
    made.date = clock_.wall();
    if (before_answer) before_answer(seen);
    return made;
  }

  std::string body_of(const FakeHttp::Seen& seen, const std::string& path) const {
    if (path == "/rest/v2/user") return page(seen.target);
    if (path == "/rest/v2/user/current") return R"({"id":"me","rev":"1-x"})";
    if (path == "/rest/v2/dataowner/current/hierarchy/stub") {
      return R"([{"type":"hcp","stub":{"id":"us","rev":"1-x"}}])";
    }
    if (path == "/rest/v2/dataowner/stub/byIds") return stubs(Json::parse(seen.body)["ids"]);
    Json found = Json::array();
    for (const auto kind : kAllKinds) {
      const auto& entities = entities_[index_of(kind)];
      const auto base = std::string("/rest/v2/") + kPaths[index_of(kind)];
      if (path == base + "/match") {
        const auto since = Json::parse(seen.body).value("startDate", std::int64_t{0});
        for (const auto& [id, entity] : entities) {
          const bool listed = entity.value("modified", INT64_MAX) >= since;
          if (listed && live(entity) && !unlisted.contains(id)) found.push_back(id);
        }
      } else if (path == base + "/byIds") {
        const auto wanted = Json::parse(seen.body);
        for (const auto& id : wanted["ids"]) {
          if (const auto at = entities.find(id.get<std::string>()); at != entities.end()) {
            found.push_back(at->second);
          }
        }
      }
    }
    return found.dump();
  }

  sync::HttpReply users_by(const std::string& path) const {
    const auto by = path.substr(path.find("/by"));
    if (by.starts_with("/byEmail/") || by.starts_with("/byPhoneNumber/")) {
      const auto at = by_contact.find(by);
      if (at == by_contact.end()) return reply_of(404, "");
      return reply_of(200, entities_[0].at(at->second).dump());
    }
    const auto at = users_of.find(by.substr(by.rfind('/') + 1));
    return reply_of(200, (at == users_of.end() ? Json::array() : Json(at->second)).dump());
  }

  std::string stubs(const Json& ids) const {
    Json found = Json::array();
    for (const auto kind : {Kind::hcp, Kind::patient, Kind::device}) {
      const auto& entities = entities_[index_of(kind)];
      for (const auto& id : ids) {
        const auto at = entities.find(id.get<std::string>());
        if (at == entities.end() || !live(at->second)) continue;
        found.push_back(
            {{"type", name_of(kind)}, {"stub", {{"id", at->first}, {"rev", at->second["rev"]}}}});
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
    const auto& users = entities_[0];
    Json reply = {{"rows", Json::array()}};
    for (auto at = users.lower_bound(parameter("startDocumentId")); at != users.end(); ++at) {
      if (!live(at->second)) continue;
      if (reply["rows"].size() == limit) {
        reply["nextKeyPair"] = {{"startKey", at->second["login"]}, {"startKeyDocId", at->first}};
        break;
      }
      reply["rows"].push_back(at->second);
    }
    return reply.dump();
  }

  FakeClock& clock_;
  std::array<Entities, kAllKinds.size()> entities_;
  int rev_ = 0;
};

}  // namespace icure::fakes
