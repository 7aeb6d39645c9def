#include "sync/login/sessions.h"

#include <openssl/evp.h>

#include <algorithm>
#include <tuple>

#include "sync/login/latest_time.h"

namespace icure::sync {
namespace {

constexpr std::size_t kTokenBytes = 32;
// A program that logs in again and again must not fill memory and ledger.
constexpr std::ptrdiff_t kMostOfAUser = 64;

}  // namespace

Secret new_session_token(Random& random) {
  auto bytes = Secret::zeroed(kTokenBytes);
  random.fill({bytes.data(), bytes.size()});
  auto digits = Secret::zeroed(2 * kTokenBytes);
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < kTokenBytes; ++i) {
    digits.data()[2 * i] = static_cast<unsigned char>(kDigits[bytes.data()[i] >> 4]);
    digits.data()[2 * i + 1] = static_cast<unsigned char>(kDigits[bytes.data()[i] & 15]);
  }
  return digits;
}

std::string digest_of(std::string_view token) {
  std::string digest(32, '\0');
  EVP_Digest(token.data(), token.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

Sessions::Sessions(store::Logins& ledger, Background& ledger_thread,
                   std::vector<store::LoginSession> kept)
    : ledger_(ledger), ledger_thread_(ledger_thread) {
  for (auto& each : kept) open_.emplace(each.digest, std::move(each));
}

std::optional<std::string> Sessions::add(store::LoginSession session) {
  const auto user = session.user;
  open_.emplace(session.digest, std::move(session));
  const store::LoginSession* least = nullptr;
  std::ptrdiff_t count = 0;
  for (const auto& [digest, each] : open_) {
    if (each.user != user) continue;
    ++count;
    if (!least || each.used < least->used) least = &each;
  }
  if (count <= kMostOfAUser) return std::nullopt;
  return least->id;
}

bool Sessions::is_over(const store::LoginSession& session, WallTime now) const {
  return !is_young(session.used, now, limits_.idle) ||
         !is_young(session.proven, now, limits_.longest);
}

const store::LoginSession* Sessions::use(std::string_view token, WallTime now) {
  const auto at = open_.find(digest_of(token));
  if (at == open_.end() || is_over(at->second, now)) return nullptr;
  at->second.used = now;
  used_.insert(at->first);
  return &at->second;
}

WallTime Sessions::ends(const store::LoginSession& session) const {
  return std::min(session.used + limits_.idle, session.proven + limits_.longest);
}

std::vector<store::LoginSession> Sessions::all(WallTime now) const {
  std::vector<store::LoginSession> found;
  for (const auto& [digest, each] : open_) {
    if (!is_over(each, now)) found.push_back(each);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(b.created, a.id) < std::tie(a.created, b.id);
  });
  return found;
}

Sessions::ByDigest::iterator Sessions::with_id(const std::string& id) {
  return std::find_if(open_.begin(), open_.end(),
                      [&id](const auto& each) { return each.second.id == id; });
}

Task<Result<Done>> Sessions::end(std::string id) {
  const auto at = with_id(id);
  if (at == open_.end()) {
    co_return Error{Code::not_found, "there is no such session", "auth.sessions lists them"};
  }
  open_.erase(at);
  const std::vector<std::string> ids(1, id);
  auto job = [&] { return ledger_.end(ids); };
  co_return co_await ledger_thread_.run(std::move(job));
}

void Sessions::drop(const std::string& user) {
  std::erase_if(open_, [&user](const auto& each) { return each.second.user == user; });
}

Task<Result<Done>> Sessions::save(WallTime now) {
  std::vector<store::Logins::Use> uses;
  std::vector<std::string> over;
  for (const auto& digest : used_) {
    const auto at = open_.find(digest);
    if (at != open_.end()) uses.push_back({at->second.id, at->second.used});
  }
  used_.clear();
  for (const auto& [digest, each] : open_) {
    if (is_over(each, now)) over.push_back(each.id);
  }
  std::erase_if(open_, [&](const auto& each) { return is_over(each.second, now); });
  if (uses.empty() && over.empty()) co_return Done{};
  auto job = [&]() -> Result<Done> {
    if (!uses.empty()) {
      if (auto kept = ledger_.used(uses); !kept) return kept;
    }
    return over.empty() ? Done{} : ledger_.end(over);
  };
  co_return co_await ledger_thread_.run(std::move(job));
}

}  // namespace icure::sync
