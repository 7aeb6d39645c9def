#include "sync/gateway.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <nlohmann/json.hpp>

#include "sync/url.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr std::size_t kReplyBytes = std::size_t{64} << 10;
constexpr Millis kTimeout = 60s;

/// A message holds a token: it is wiped as soon as it is handed over.
Secret sealed(Json message) {
  auto text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  Secret body(text);
  OPENSSL_cleanse(text.data(), text.size());
  return body;
}

Secret basic_of(const std::string& name, const Secret& password) {
  auto pair = Secret::zeroed(name.size() + 1 + password.size());
  auto* at = std::copy(name.begin(), name.end(), pair.data());
  *at++ = ':';
  const auto bytes = password.bytes();
  std::copy(bytes.begin(), bytes.end(), at);
  const auto size = 4 * ((pair.size() + 2) / 3);
  auto text = Secret::zeroed(size + 1);  // OpenSSL ends it with a zero
  EVP_EncodeBlock(text.data(), pair.data(), static_cast<int>(pair.size()));
  return Secret(text.bytes().first(size));
}

Cause cause_of(int status) {
  if (status == 401 || status == 403) return Cause::auth;
  if (status == 429) return Cause::rate_limited;
  return status >= 400 && status < 500 ? Cause::refused : Cause::server;
}

}  // namespace

Task<Answer<Done>> Gateway::send_email(std::string address, std::string from, write::Email email,
                                       std::stop_token stop) {
  auto message = Json::object();
  message["from"] = std::move(from);
  message["subject"] = std::move(email.subject);
  message["html"] = std::move(email.html);
  auto body = sealed(std::move(message));
  co_return co_await send("email", std::move(address), std::move(body), stop);
}

Task<Answer<Done>> Gateway::send_sms(std::string number, write::Sms sms, std::stop_token stop) {
  auto message = Json::object();
  message["message"] = std::move(sms.message);
  auto body = sealed(std::move(message));
  co_return co_await send("sms", std::move(number), std::move(body), stop);
}

Task<Answer<Done>> Gateway::send(std::string_view channel, std::string recipient, Secret body,
                                 std::stop_token stop) {
  const auto password = account_->login.password();
  if (!password) co_return Fault{Cause::auth, 0, password.error().message};
  HttpRequest request;
  request.method = "POST";
  request.target = "/" + percent_encoded(account_->spec_id) + "/" + std::string(channel) + "/to/" +
                   percent_encoded(recipient, "@+");
  request.secret_body = std::move(body);
  request.basic = basic_of(account_->login.name, *password);
  request.max_body = kReplyBytes;
  request.timeout = kTimeout;
  request.once = true;
  auto reply = co_await http_.send(std::move(request), stop);
  if (!reply) co_return std::move(reply).error();
  if (reply->status >= 200 && reply->status < 300 && !reply->html) co_return Done{};
  Fault fault{cause_of(reply->status), reply->status,
              "the message gateway answered " + std::to_string(reply->status), reply->retry_after};
  fault.went_out = reply->status == 502 || reply->status == 504;
  co_return fault;
}

}  // namespace icure::sync
