// UserCalls: the platform's calls that only users have, for writes that go step by step; the others
// are rest.h's. What an answer means is the caller's to say (sync/write/explain.h).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sync/rest.h"

namespace icure::sync {

/// Loop thread only; outlives its tasks. Each call fails as Session::send does, and with the
/// status of any answer that is no success.
class UserCalls {
 public:
  UserCalls(Session& session, Rest& rest) : session_(session), rest_(rest) {}

  /// `GET /user/byPatientId/{}` and the like: the ids of the users of a data owner; deleted ones
  /// do not count, disabled ones do.
  Task<Answer<std::vector<std::string>>> ids_of_owner(Kind kind, std::string owner,
                                                      std::stop_token stop);
  /// The id of the user with that e-mail or phone, empty if it is free.
  Task<Answer<std::string>> holder_of(store::Key key, std::string contact, std::stop_token stop);
  /// The user's document, also of a deleted one; absent: there never was one.
  Task<Answer<std::optional<std::string>>> read(std::string id, std::stop_token stop);
  /// Gives the user a token, which is a password of its own with a life that starts now; one under
  /// the same key is replaced, so that a repetition does no harm. Logs in anew if needed: a 401
  /// that is left says that our password is of too weak a kind.
  Task<Answer<Done>> set_token(std::string id, std::string key, Secret value,
                               std::chrono::seconds validity, std::stop_token stop);

 private:
  Task<Answer<HttpReply>> send(HttpRequest request, Standing standing, std::stop_token stop);

  Session& session_;
  Rest& rest_;
};

}  // namespace icure::sync
