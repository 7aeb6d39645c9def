#include "sync/user_calls.h"

#include <nlohmann/json.hpp>

#include "sync/reply_cause.h"
#include "sync/url.h"

namespace icure::sync {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kReplyBytes = std::size_t{1} << 20;
constexpr auto kUsers = "/rest/v2/user";

HttpRequest request_of(std::string method, std::string target) {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.max_body = kReplyBytes;
  return request;
}

Fault not_json() {
  return Fault{Cause::bad_answer, 0, "the answer about a user makes no sense"};
}

std::string_view path_by(Kind kind) {
  return kind == Kind::patient ? "/byPatientId/" : "/byHealthcarePartyId/";
}

}  // namespace

/// A fault unless the answer is a success. Faults name no target: it may hold a contact.
Task<Answer<HttpReply>> UserCalls::send(HttpRequest request, Standing standing,
                                        std::stop_token stop) {
  const auto method = request.method;
  auto reply = co_await session_.send(std::move(request), stop, standing);
  if (!reply) co_return reply;
  if (reply->status >= 200 && reply->status < 300 && !reply->html) co_return reply;
  Fault fault{cause_of(*reply, Cause::permission), reply->status,
              method + " of a user answered " + std::to_string(reply->status), reply->retry_after};
  co_return fault;
}

Task<Answer<std::vector<std::string>>> UserCalls::ids_of_owner(Kind kind, std::string owner,
                                                               std::stop_token stop) {
  auto request = request_of("GET", kUsers + std::string(path_by(kind)) + percent_encoded(owner));
  auto reply = co_await send(std::move(request), Standing::any, stop);
  if (!reply) co_return std::move(reply).error();
  const auto json = Json::parse(reply->body, nullptr, false);
  if (!json.is_array()) co_return not_json();
  std::vector<std::string> ids;
  for (const auto& id : json) {
    if (!id.is_string()) co_return not_json();
    ids.push_back(id.get<std::string>());
  }
  co_return ids;
}

Task<Answer<std::string>> UserCalls::holder_of(store::Key key, std::string contact,
                                               std::stop_token stop) {
  auto body = co_await rest_.user_by(key, std::move(contact), stop);
  if (!body && body.error().status == 404) co_return std::string();
  if (!body) co_return std::move(body).error();
  const auto json = Json::parse(body->text, nullptr, false);
  if (!json.is_object() || !json.contains("id") || !json["id"].is_string()) co_return not_json();
  co_return json["id"].get<std::string>();
}

Task<Answer<std::optional<std::string>>> UserCalls::read(std::string id, std::stop_token stop) {
  std::vector<std::string> ids(1, id);
  auto body = co_await rest_.by_ids(Kind::user, std::move(ids), stop);
  if (!body) co_return std::move(body).error();
  auto page = wire::parse_documents(std::move(body->text));
  if (!page) co_return std::move(page).error();
  for (const auto& document : page->documents) {
    if (document.id == id) co_return std::optional<std::string>(document.json);
  }
  co_return std::optional<std::string>();
}

Task<Answer<Done>> UserCalls::set_token(std::string id, std::string key, Secret value,
                                        std::chrono::seconds validity, std::stop_token stop) {
  auto request = request_of("POST", std::string(kUsers) + "/token/" + percent_encoded(id) + "/" +
                                        percent_encoded(key) +
                                        "?tokenValidity=" + std::to_string(validity.count()));
  request.new_token = std::move(value);
  auto reply = co_await send(std::move(request), Standing::fresh_login, stop);
  if (!reply) co_return std::move(reply).error();
  co_return Done{};
}

}  // namespace icure::sync
