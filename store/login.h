// Logins of people through this daemon, as the rest of the program sees them: what lets them log in
// without a line (verifiers), who is logged in (sessions), and who guessed wrongly how often.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"

namespace icure::store {

/// What scrypt (RFC 7914) is told: memory is 128 * n * r bytes.
struct ScryptCost {
  std::uint64_t n = 0;
  std::uint64_t r = 0;
  std::uint64_t p = 0;
};

/// Accepts one user's password, and does not tell it.
struct Verifier {
  std::string user;
  ScryptCost cost;
  std::string salt;
  std::string digest;
  WallTime proven{};  ///< When the platform accepted this password last.
  std::string mark;   ///< Of the user's document then; a form of sync/'s. Another mark: no trust.
};

enum class LoginMode { online, offline };

struct LoginSession {
  std::string id;      ///< For people; of no use to get in.
  std::string digest;  ///< SHA-256 of what its holder shows.
  std::string user;
  std::int64_t uid = 0;  ///< Of the program that asked.
  std::string client;    ///< Its name; unverified.
  LoginMode mode = LoginMode::online;
  WallTime created{};
  WallTime used{};
  WallTime proven{};  ///< When the platform accepted the user last.
  std::string mark;   ///< As a verifier's.
};

/// Wrong guesses about one user (or about a name that nobody has), of one calling uid.
struct LoginFailures {
  std::int64_t count = 0;
  WallTime last{};
  std::optional<WallTime> locked_until;
};

/// A user whom the daemon would let in without asking, with the mark of the verifier.
struct VerifiedUser {
  std::string user;
  WallTime proven{};
  std::string mark;
};

/// Confined to the ledger's thread. Fails with io (disk full: read_only) or corrupt. What is
/// removed is overwritten, in the file and in its log.
class Logins {
 public:
  virtual ~Logins() = default;

  /// Somebody logged in: keeps the session and forgets wrong guesses about the user from that
  /// uid. Online, `verifier` takes the place of the user's; absent: the user has none any more.
  virtual Result<Done> begin(const LoginSession& session,
                             const std::optional<Verifier>& verifier) = 0;
  virtual Result<std::vector<LoginSession>> sessions() = 0;
  /// They were used at that time. Ids that are gone are left alone.
  struct Use {
    std::string id;
    WallTime at{};
  };
  virtual Result<Done> used(const std::vector<Use>& uses) = 0;
  virtual Result<Done> end(const std::vector<std::string>& session_ids) = 0;
  /// Ends the user's sessions and forgets the verifier.
  virtual Result<Done> shut_out(std::string_view user) = 0;

  virtual Result<std::optional<Verifier>> verifier(std::string_view user) = 0;
  virtual Result<std::vector<VerifiedUser>> verified() = 0;
  virtual Result<Done> forget_verifier(std::string_view user) = 0;

  /// No row: none.
  virtual Result<LoginFailures> failures(std::string_view subject, std::int64_t uid) = 0;
  virtual Result<Done> failed(std::string_view subject, std::int64_t uid,
                              const LoginFailures& failures) = 0;
  /// Those whose last is before `time` and whose lock is over by then.
  virtual Result<Done> forget_failures(WallTime time) = 0;

  /// What new verifiers cost on this machine; absent: not measured yet.
  virtual Result<std::optional<ScryptCost>> cost() = 0;
  virtual Result<Done> set_cost(ScryptCost cost) = 0;
  /// The highest time that was seen, so that setting the clock back makes nothing younger.
  virtual Result<std::optional<WallTime>> highest_time() = 0;
  virtual Result<Done> set_highest_time(WallTime time) = 0;
};

}  // namespace icure::store
