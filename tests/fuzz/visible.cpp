// Documents of the platform for a caller who may see few of their members: nothing else gets out.
#include <set>

#include "ipc/access.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;

const std::set<std::string> kShown = {"id", "rev", "email", "name"};

ipc::Grant few_members() {
  ipc::AccessRule rule;
  rule.role = ipc::Role::reader;
  rule.fields[Kind::user] = {"email", "name"};
  ipc::Grant grant;
  grant.add(rule);
  return grant;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto few = few_members();
  const std::string document(fuzz::text_of(data, size));
  const auto shown = ipc::visible(few, Kind::user, document);
  fuzz::require_json(shown, "what is shown is JSON");
  const auto json = nlohmann::json::parse(shown, nullptr, false);
  if (!json.is_object()) return 0;  // a huge number
  for (const auto& [name, value] : json.items()) {
    require(kShown.contains(name), "a hidden member stays hidden");
  }
  const auto whole = nlohmann::json::parse(document, nullptr, false);
  if (!whole.is_object() || json.empty()) return 0;
  for (const auto& name : kShown) {
    require(whole.contains(name) == json.contains(name), "what may be seen is there");
    require(!json.contains(name) || whole[name] == json[name], "and is what it was");
  }
  require(ipc::visible(few, Kind::user, shown) == shown, "twice is the same as once");
  return 0;
}
