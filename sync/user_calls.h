// UserCalls: the platform's calls about one user, for writes that go step by step. Typed; what an
// answer means is the caller's to say (sync/write/explain.h).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sync/rest.h"

namespace icure::sync {

/// Loop thread only; outlives its tasks. Each call fails as Session::send does, and with the
/// status of any answer that is no success; `went_out` tells whether it may be done all the same.
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
  /// `POST /user`. platform: the same document once more is a 400, as for a contact that another
  /// user has.
  Task<Answer<Done>> create(std::string document, std::stop_token stop);
  /// `PUT /user`, in the form of write/put_document.h: the stored document.
  Task<Answer<std::string>> put(std::string document, std::stop_token stop);
  /// `DELETE /user/{}`: soft. 409 if `rev` is not its newest.
  Task<Answer<Done>> remove(std::string id, std::string rev, std::stop_token stop);
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
