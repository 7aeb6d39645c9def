// Who a name and a secret stand for: passwords, tokens and second factors.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "tests/sandbox/documents.h"
#include "tests/sandbox/options.h"

namespace icure::sandbox {

/// How strong a login was; the numbers are the platform's.
enum class Level { long_token = 10, password = 20, short_token = 40, two_factor = 50 };

class Credentials {
 public:
  struct Found {
    int status;  // 200, or what a login answers
    std::string user_id;
    Level level = Level::password;
  };

  Credentials(const Options& options, const Documents& documents);

  /// `name` is an id, login, e-mail or phone; `secret` a token, a password, or password|code.
  Found find(const std::string& name, const std::string& secret);
  void set_password(const std::string& user_id, const std::string& password);
  /// How long it lives stands in the user's document; it dies with its entry there.
  void set_token(const std::string& user_id, const std::string& key, const std::string& value);
  /// An empty code: no second factor.
  void set_code(const std::string& user_id, const std::string& code);
  /// Forgets how often wrong codes were given.
  void forgive() { wrong_codes_.clear(); }

 private:
  std::vector<Row> candidates(const std::string& name) const;
  bool password_fits(const Row& user, const std::string& password) const;
  /// Seconds for which that token is valid; -1 is for ever. Empty when it is none.
  std::optional<std::int64_t> token_validity(const Row& user, const std::string& secret) const;
  Found check_code(const std::string& user_id, const std::string& code);

  const Documents& documents_;
  std::unordered_map<std::string, std::string> passwords_;
  std::unordered_map<std::string, std::map<std::string, std::string>> tokens_;
  std::unordered_map<std::string, std::string> codes_;
  std::unordered_map<std::string, int> wrong_codes_;
};

}  // namespace icure::sandbox
