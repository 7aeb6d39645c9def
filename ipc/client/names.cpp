#include "ipc/client/names.h"

#include "ipc/client/runner.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

// A list for people is read by people; a longer one keeps its ids, and is there at once.
constexpr std::size_t kMostAsked = 2000;

}  // namespace

std::string name_of_owner(const Json& owner) {
  auto name = text_of(owner, "lastName");
  if (const auto first = text_of(owner, "firstName"); !first.empty()) {
    name += (name.empty() ? "" : ", ") + first;
  }
  return name.empty() ? text_of(owner, "name") : name;
}

std::string name_of_user(const Json& user) {
  for (const char* member : {"name", "login", "email", "mobilePhone"}) {
    if (auto name = text_of(user, member); !name.empty()) return name;
  }
  return {};
}

std::string Names::of(const std::string& kind, const std::string& id) {
  if (id.empty()) return {};
  if (const auto found = known_.find(id); found != known_.end()) return found->second;
  if (known_.size() >= kMostAsked) return id;
  const bool user = kind == "user";
  const auto answer = runner_.ask(user ? "user.get" : "owner.get", Json{{"id", id}});
  std::string name;
  if (answer) {
    const auto result = Json::parse(*answer);
    name = user ? name_of_user(child_of(result, "user"))
                : name_of_owner(child_of(result, "dataOwner"));
  }
  return known_[id] = name.empty() ? id : name;
}

}  // namespace icure::client
