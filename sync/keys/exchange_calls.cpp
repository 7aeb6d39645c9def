#include "sync/keys/exchange_calls.h"

#include "sync/reply_cause.h"
#include "sync/url.h"

namespace icure::sync {
namespace {

constexpr int kRows = 200;                              // of a page; each is 2 to 4 KiB
constexpr Millis kPatience = std::chrono::seconds(30);  // reading patients waits meanwhile
constexpr std::size_t kPageBytes = std::size_t{8} << 20;

}  // namespace

Task<Answer<wire::Page>> ExchangeCalls::page_of(std::string owner, std::string from,
                                                std::stop_token stop) {
  auto target = "/rest/v2/exchangedata/byParticipant?dataOwnerId=" + percent_encoded(owner) +
                "&limit=" + std::to_string(kRows);
  if (!from.empty()) target += "&startDocumentId=" + percent_encoded(from);
  auto body = co_await get(std::move(target), "exchange data", stop);
  if (!body) co_return std::move(body).error();
  co_return wire::parse_page(std::move(*body));
}

Task<Answer<std::string>> ExchangeCalls::recovery_data(std::string id, std::stop_token stop) {
  co_return co_await get("/rest/v2/recoverydata/" + percent_encoded(id), "recovery data", stop);
}

Task<Answer<std::string>> ExchangeCalls::get(std::string target, std::string what,
                                             std::stop_token stop) {
  HttpRequest request;
  request.target = std::move(target);
  request.max_body = kPageBytes;
  request.timeout = kPatience;
  auto reply = co_await session_.send(std::move(request), stop);
  if (!reply) co_return std::move(reply).error();
  if (reply->status != 200 || reply->html) {
    Fault fault{cause_of(*reply, Cause::permission), reply->status,
                "GET " + what + " answered " + std::to_string(reply->status), reply->retry_after};
    co_return fault;
  }
  co_return std::move(reply->body);
}

}  // namespace icure::sync
