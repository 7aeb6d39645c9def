#include "sync/keys/exchange_calls.h"

#include "sync/url.h"

namespace icure::sync {
namespace {

constexpr int kRows = 200;                              // of a page; each is 2 to 4 KiB
constexpr Millis kPatience = std::chrono::seconds(30);  // reading patients waits meanwhile
constexpr std::size_t kPageBytes = std::size_t{8} << 20;

Cause cause_of(const HttpReply& reply) {
  if (reply.status == 511 || (reply.html && reply.status < 500)) return Cause::captive_portal;
  if (reply.status == 401 || reply.status == 402 || reply.status == 403) return Cause::permission;
  if (reply.status == 407) return Cause::proxy;
  if (reply.status == 429) return Cause::rate_limited;
  if (reply.status >= 500) return Cause::server;
  return reply.status >= 400 ? Cause::refused : Cause::bad_answer;
}

}  // namespace

Task<Answer<wire::Page>> ExchangeCalls::page_of(std::string owner, std::string from,
                                                std::stop_token stop) {
  HttpRequest request;
  request.target = "/rest/v2/exchangedata/byParticipant?dataOwnerId=" + percent_encoded(owner) +
                   "&limit=" + std::to_string(kRows);
  if (!from.empty()) request.target += "&startDocumentId=" + percent_encoded(from);
  request.max_body = kPageBytes;
  request.timeout = kPatience;
  auto reply = co_await session_.send(std::move(request), stop);
  if (!reply) co_return std::move(reply).error();
  if (reply->status != 200 || reply->html) {
    Fault fault{cause_of(*reply), reply->status,
                "GET exchange data answered " + std::to_string(reply->status), reply->retry_after};
    co_return fault;
  }
  co_return wire::parse_page(std::move(reply->body));
}

}  // namespace icure::sync
