// Logins, tokens and passwords of the stand-in platform.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

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
};

class Auth {
 public:
  Auth(const Options& options, const Documents& documents);

  Reply login(const Request& request);
  Reply refresh(const Request& request);
  /// By bearer token, `jwt` parameter or Basic. Empty: 401.
  std::optional<Caller> caller(const Request& request);
  /// Basic only, as the message gateway wants it.
  std::optional<Caller> basic_caller(const Request& request);
  Caller caller_for(const std::string& user_id) const;
  /// Forgets every token, as a platform does that starts with new keys.
  void expire_all();
  void set_password(const std::string& user_id, const std::string& password);
  std::string public_key() const { return signer().public_key(); }

 private:
  enum class Use { access, refresh };
  struct Session {
    std::string user_id;
    Use use;
    std::int64_t expires;  // epoch seconds
    std::int64_t access_seconds;
  };
  struct Found {
    int status;  // 200, or what a login answers
    std::string user_id;
  };

  Found find_user(const std::string& name, const std::string& secret) const;
  const JwtSigner& signer() const;
  bool password_fits(const Row& user, const std::string& password) const;
  std::string issue(const std::string& user_id, Use use, std::int64_t seconds, bool from_login);
  std::optional<Session> session(const std::string& token, Use use) const;

  const Options& options_;
  const Documents& documents_;
  std::string own_user_;
  mutable std::unique_ptr<JwtSigner> signer_;  // made when first needed: it takes a while
  std::unordered_map<std::string, Session> sessions_;
  std::unordered_map<std::string, std::string> passwords_;
  std::uint64_t issued_ = 0;
};

}  // namespace icure::sandbox
