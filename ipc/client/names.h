// What people call whom an answer names by id only.
#pragma once
#include <map>
#include <string>

#include "ipc/client/verb.h"

namespace icure::client {

/// The member of a row that these functions add and views show.
inline constexpr auto kWho = "who";

/// Asks the daemon once for each id. What cannot be found out, also for want of rights, stays an
/// id.
class Names {
 public:
  explicit Names(Runner& runner) : runner_(runner) {}

  /// `kind`: "user", or one of a data owner.
  std::string of(const std::string& kind, const std::string& id);

 private:
  Runner& runner_;
  std::map<std::string, std::string> known_;
};

/// "Vermeulen, Anna"; some records have both parts, some only a name for all.
std::string name_of_owner(const Json& owner);
/// The name of a user, or what it logs in with.
std::string name_of_user(const Json& user);

}  // namespace icure::client
