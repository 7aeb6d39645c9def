// Rest: the platform's calls that a mirror needs, typed. Knows paths, sizes and statuses; bodies
// stay text (sync/wire.h takes them apart, off the loop).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/kind.h"
#include "store/mirror.h"
#include "sync/id_stream.h"
#include "sync/session.h"
#include "sync/wire.h"

namespace icure::sync {

struct Body {
  std::string text;
  store::Order asked = 0;        ///< The order when the request was sent.
  store::Order answered = 0;     ///< The order when its answer came.
  std::optional<WallTime> date;  ///< The server's clock.
};

/// Loop thread only. Each call fails as Session::send does, and with permission, server,
/// rate_limited, captive_portal, refused by the reply's status.
class Rest {
 public:
  /// `newest` is the greatest order that the mirror ever stored.
  Rest(Session& session, store::Order newest) : session_(session), order_(newest) {}

  /// `GET /user`, patients' users included; absent `from`: the first page.
  Task<Answer<Body>> users_page(std::optional<wire::NextPage> from, std::size_t limit,
                                std::stop_token stop);
  /// `POST /{kind}/match`: all ids that the filter (a JSON object) gives go through `ids`, which
  /// is closed at the end; the body stays empty. `ids` outlives the task.
  Task<Answer<Body>> match(Kind kind, std::string filter, IdStream& ids, std::stop_token stop);
  /// `POST /{kind}/byIds`: whole documents, soft-deleted ones included. `ids` must not be empty.
  Task<Answer<Body>> by_ids(Kind kind, std::vector<std::string> ids, std::stop_token stop);
  /// `POST /dataowner/stub/byIds`: ids and revs of live data owners, kinds mixed.
  Task<Answer<Body>> stubs(std::vector<std::string> ids, std::stop_token stop);
  /// `GET /user/byEmail/{}` or `/byPhoneNumber/{}`: one user, or a fault of status 404.
  Task<Answer<Body>> user_by(store::Key key, std::string value, std::stop_token stop);
  /// `POST /{kind}`: a new document, with the id that was chosen for it.
  Task<Answer<Body>> create(Kind kind, std::string document, std::stop_token stop);
  /// `PUT /{kind}`: replaces all of a document, whose rev must be the newest, else it is 409.
  Task<Answer<Body>> update(Kind kind, std::string document, std::stop_token stop);
  /// `DELETE /{kind}/{id}?rev=`: soft; 409 if that rev is not the newest.
  Task<Answer<Body>> remove(Kind kind, std::string id, std::string rev, std::stop_token stop);
  /// `GET /user/current`: whether our login works.
  Task<Answer<Body>> current_user(std::stop_token stop);
  /// `GET /dataowner/current/hierarchy/stub`: our own data owner, then its ancestors.
  Task<Answer<Body>> hierarchy(std::stop_token stop);

  /// Since the start, for a run's account.
  std::uint64_t requests() const { return requests_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Task<Answer<Body>> send(HttpRequest request, std::stop_token stop);

  Session& session_;
  store::Order order_;
  std::uint64_t requests_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Where a kind's documents are, such as "/rest/v2/hcparty".
std::string_view path_of(Kind kind);

/// The filters of `match`, as JSON.
std::string all_filter(Kind kind);  ///< Not for patients: the platform has none.
std::string patients_of_filter(const std::string& data_owner);

}  // namespace icure::sync
