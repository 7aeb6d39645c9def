#include "sync/rest.h"

#include <nlohmann/json.hpp>

#include "sync/reply_cause.h"
#include "sync/url.h"

namespace icure::sync {
namespace {

using Json = nlohmann::json;

// What an answer may weigh before it is not believed: per document asked for, per id listed.
// platform: a data owner's key maps can make a document large; 1-2 KiB is usual.
constexpr std::size_t kDocumentBytes = std::size_t{64} << 10;
constexpr std::size_t kFloorBytes = std::size_t{1} << 20;
constexpr std::size_t kCeilingBytes = std::size_t{64} << 20;
constexpr std::size_t kMatchBytes = std::size_t{256} << 20;

std::size_t room_for(std::size_t documents) {
  return std::min(kCeilingBytes, kFloorBytes + documents * kDocumentBytes);
}

HttpRequest post(std::string target, std::string body, std::size_t max_body) {
  HttpRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.body = std::move(body);
  request.max_body = max_body;
  return request;
}

HttpRequest get(std::string target, std::size_t max_body) {
  HttpRequest request;
  request.target = std::move(target);
  request.max_body = max_body;
  return request;
}

std::string ids_body(const std::vector<std::string>& ids) {
  return Json{{"ids", ids}}.dump();
}

/// A target as a log line may have it: the query and what follows byEmail and the like may be
/// anybody's contact.
std::string without_values(const std::string& target) {
  const auto by = target.find("/by");
  return target.substr(
      0, std::min(target.find('?'),
                  target.find('/', by == std::string::npos ? target.size() : by + 1)));
}

}  // namespace

std::string_view path_of(Kind kind) {
  switch (kind) {
    case Kind::user:
      return "/rest/v2/user";
    case Kind::hcp:
      return "/rest/v2/hcparty";
    case Kind::patient:
      return "/rest/v2/patient";
    case Kind::device:
      return "/rest/v2/device";
  }
  return "";
}

std::string all_filter(Kind kind) {
  switch (kind) {
    case Kind::user:
      return R"({"$type":"AllUsersFilter"})";
    case Kind::hcp:
      return R"({"$type":"AllHealthcarePartiesFilter"})";
    case Kind::device:
      return R"({"$type":"AllDevicesFilter"})";
    case Kind::patient:
      break;
  }
  return "{}";
}

std::string patients_of_filter(const std::string& data_owner) {
  return Json{{"$type", "PatientByHcPartyFilter"}, {"healthcarePartyId", data_owner}}.dump();
}

std::string modified_patients_filter(const std::string& data_owner, WallTime since) {
  return Json{{"$type", "PatientByDataOwnerModifiedAfterFilter"},
              {"dataOwnerId", data_owner},
              {"startDate", since.time_since_epoch().count()}}
      .dump();
}

Task<Answer<Body>> Rest::send(HttpRequest request, std::stop_token stop) {
  const auto where = request.method + " " + without_values(request.target);
  const auto asked = ++order_;
  ++requests_;
  auto reply = co_await session_.send(std::move(request), stop);
  if (!reply) co_return std::move(reply).error();
  bytes_ += reply->body.size();
  if (reply->status == 200 && !reply->html) {
    co_return Body{std::move(reply->body), asked, ++order_, reply->date};
  }
  Fault fault{cause_of(*reply, Cause::auth), reply->status,
              where + " answered " + std::to_string(reply->status), reply->retry_after};
  co_return fault;
}

Task<Answer<Body>> Rest::users_page(std::optional<wire::NextPage> from, std::size_t limit,
                                    std::stop_token stop) {
  auto target =
      std::string(path_of(Kind::user)) + "?skipPatients=false&limit=" + std::to_string(limit);
  if (from) {
    if (from->start_key) target += "&startKey=" + percent_encoded(*from->start_key);
    target += "&startDocumentId=" + percent_encoded(from->start_id);
  }
  auto request = get(std::move(target), room_for(limit));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::match(Kind kind, std::string filter, IdStream& ids, std::stop_token stop) {
  auto request = post(std::string(path_of(kind)) + "/match", std::move(filter), kMatchBytes);
  request.sink = &ids;
  auto body = co_await send(std::move(request), stop);
  ids.close();
  bytes_ += ids.bytes();
  if (ids.scanner().web_page()) {
    co_return Fault{Cause::captive_portal, 200, "the answer is a web page"};
  }
  if (body && !ids.scanner().complete()) {
    co_return Fault{Cause::bad_answer, 200, "the list of ids is cut off"};
  }
  co_return body;
}

Task<Answer<Body>> Rest::by_ids(Kind kind, std::vector<std::string> ids, std::stop_token stop) {
  auto request = post(std::string(path_of(kind)) + "/byIds", ids_body(ids), room_for(ids.size()));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::stubs(std::vector<std::string> ids, std::stop_token stop) {
  auto request = post("/rest/v2/dataowner/stub/byIds", ids_body(ids), room_for(ids.size()));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::user_by(store::Key key, std::string value, std::stop_token stop) {
  const auto* by = key == store::Key::email ? "/byEmail/" : "/byPhoneNumber/";
  auto request = get(std::string(path_of(Kind::user)) + by + percent_encoded(value), room_for(1));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::users_of(Kind owner, std::string id, std::stop_token stop) {
  const auto* by = owner == Kind::patient ? "/byPatientId/" : "/byHealthcarePartyId/";
  auto request = get(std::string(path_of(Kind::user)) + by + percent_encoded(id), room_for(1));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::current_user(std::stop_token stop) {
  auto request = get("/rest/v2/user/current", room_for(1));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::hierarchy(std::stop_token stop) {
  auto request = get("/rest/v2/dataowner/current/hierarchy/stub", room_for(5));
  co_return co_await send(std::move(request), stop);
}

}  // namespace icure::sync
