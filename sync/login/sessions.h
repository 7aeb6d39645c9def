// Sessions: who is logged in, in memory for fast answers and in the ledger for restarts.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/random.h"
#include "daemon/base/secret.h"
#include "store/login.h"

namespace icure::sync {

struct SessionLimits {
  Millis idle{0};     ///< Unused for longer: over.
  Millis longest{0};  ///< Longer after the platform accepted the user last: over, used or not.
};

/// What its holder shows: 256 bits of chance as hex digits.
Secret new_session_token(Random& random);
/// What is kept of it.
std::string digest_of(std::string_view token);

/// Loop thread only; outlives its tasks.
class Sessions {
 public:
  Sessions(store::Logins& ledger, Background& ledger_thread, std::vector<store::LoginSession> kept);

  void configure(SessionLimits limits) { limits_ = limits; }

  /// One that is in the ledger by now. Returns the id of the user's least used one, if they have
  /// too many with this: to be ended.
  std::optional<std::string> add(store::LoginSession session);

  /// The session whose holder shows this, used as of `now`; null if there is none, or it is over.
  const store::LoginSession* use(std::string_view token, WallTime now);
  /// When it ends if nobody uses it any more.
  WallTime ends(const store::LoginSession& session) const;
  /// Those that are not over, the newest first, then by id.
  std::vector<store::LoginSession> all(WallTime now) const;
  bool any() const { return !open_.empty(); }  ///< Also such as are over and not ended yet.

  /// Ends it. From here on it lets nobody in, also where the ledger fails. Fails with not_found.
  Task<Result<Done>> end(std::string id);
  /// The same of all of the user's, in memory only.
  void drop(const std::string& user);
  /// Writes down which were used, and ends those that are over.
  Task<Result<Done>> save(WallTime now);

 private:
  using ByDigest = std::unordered_map<std::string, store::LoginSession>;
  bool is_over(const store::LoginSession& session, WallTime now) const;
  ByDigest::iterator with_id(const std::string& id);

  store::Logins& ledger_;
  Background& ledger_thread_;
  SessionLimits limits_;
  ByDigest open_;
  std::unordered_set<std::string> used_;  // digests: since the last save()
};

}  // namespace icure::sync
