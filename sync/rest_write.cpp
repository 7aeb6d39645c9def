// The platform's calls that change a single document.
#include "sync/rest.h"
#include "sync/url.h"

namespace icure::sync {
namespace {

constexpr std::size_t kReplyBytes = std::size_t{1} << 20;  // one document, with all its keys

HttpRequest writing(std::string method, std::string target, std::string document) {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(document);
  request.max_body = kReplyBytes;
  return request;
}

}  // namespace

Task<Answer<Body>> Rest::create(Kind kind, std::string document, std::stop_token stop) {
  auto request = writing("POST", std::string(path_of(kind)), std::move(document));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::update(Kind kind, std::string document, std::stop_token stop) {
  auto request = writing("PUT", std::string(path_of(kind)), std::move(document));
  co_return co_await send(std::move(request), stop);
}

Task<Answer<Body>> Rest::remove(Kind kind, std::string id, std::string rev, std::stop_token stop) {
  auto target =
      std::string(path_of(kind)) + "/" + percent_encoded(id) + "?rev=" + percent_encoded(rev);
  auto request = writing("DELETE", std::move(target), "");
  co_return co_await send(std::move(request), stop);
}

}  // namespace icure::sync
