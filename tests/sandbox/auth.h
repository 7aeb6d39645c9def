// Logins, and the JSON web tokens that they give.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "tests/sandbox/credentials.h"
#include "tests/sandbox/documents.h"
#include "tests/sandbox/http.h"
#include "tests/sandbox/jwt.h"
#include "tests/sandbox/options.h"

namespace icure::sandbox {

/// Who asks.
struct Caller {
  std::string user_id;
  std::string owner;  // empty when the user is no data owner
  Circle circle;
  bool elevated = false;  // proven lately and well enough for what is sensitive
};

class Auth {
 public:
  Auth(const Options& options, const Documents& documents, Credentials& credentials);

  Reply login(const Request& request);
  Reply refresh(const Request& request);
  /// The same user in a group, by the refresh token: there is one group.
  Reply switch_group(const Request& request, const std::string& group);
  /// By bearer token, `jwt` parameter or Basic. Empty: 401.
  std::optional<Caller> caller(const Request& request);
  /// Basic only, as the message gateway wants it.
  std::optional<Caller> basic_caller(const Request& request);
  Caller caller_for(const std::string& user_id) const;
  /// Forgets every token, as a platform does that starts with new keys.
  void expire_all();
  /// For how long a login counts as recent.
  void set_elevated(std::chrono::seconds seconds) { elevated_ = seconds; }
  /// As if every login so far had been long ago.
  void age_logins();
  std::string public_key() const { return signer().public_key(); }

 private:
  using Moment = std::chrono::steady_clock::time_point;
  enum class Use { access, refresh };
  struct Session {
    std::string user_id;
    Use use;
    std::int64_t expires;  // epoch seconds
    std::int64_t access_seconds;
    Level level;
    std::optional<Moment> logged_in;  // empty when it came from a refresh
  };

  const JwtSigner& signer() const;
  /// Empty when that token or its user may not be refreshed.
  std::optional<Session> refreshable(const Request& request) const;
  std::string issue(Session session, std::int64_t seconds);
  /// Both tokens, as a login gives them.
  Reply tokens_reply(Session session);
  std::optional<Session> session(const std::string& token, Use use) const;

  const Options& options_;
  const Documents& documents_;
  Credentials& credentials_;
  mutable std::unique_ptr<JwtSigner> signer_;  // made when first needed: it takes a while
  std::unordered_map<std::string, Session> sessions_;
  std::uint64_t issued_ = 0;
  std::chrono::seconds elevated_;
};

}  // namespace icure::sandbox
