#include "ipc/client/verb.h"

#include <charconv>
#include <iterator>

namespace icure::client {
namespace {

Json value_of(const Arg& arg, const std::string& text) {
  switch (arg.type) {
    case Arg::Type::text:
    case Arg::Type::path:
      return text;
    case Arg::Type::flag:
      return arg.when_set;
    case Arg::Type::json:
      return Json::parse(text);  // as checked with the command line
    case Arg::Type::number:
    case Arg::Type::seconds: {
      std::int64_t number = 0;  // that it is one was checked with the command line
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
  }
  std::abort();
}

}  // namespace

std::vector<Verb> all_verbs() {
  std::vector<Verb> all;
  for (auto* of_noun : {status_verbs, doctor_verbs, setup_verbs, user_verbs, owner_verbs,
                        invite_verbs, outbox_verbs, auth_verbs, key_verbs, store_verbs, sync_verbs,
                        events_verbs, audit_verbs, metrics_verbs, config_verbs, dashboard_verbs,
                        support_verbs, call_verbs, completion_verbs}) {
    auto verbs = of_noun();
    std::move(verbs.begin(), verbs.end(), std::back_inserter(all));
  }
  return all;
}

Json params_of(const Verb& verb, const Values& values) {
  Json params = Json::object();
  for (const auto& arg : verb.args) {
    if (arg.param.starts_with("--")) continue;  // for icurectl itself
    const auto given = values.find(arg.param);
    if (given == values.end()) continue;
    auto& into = arg.of.empty() ? params : params[arg.of];
    into[arg.param] = value_of(arg, given->second);
  }
  return params;
}

}  // namespace icure::client
