// icurectl config show, icurectl call METHOD [JSON]
#include <iostream>
#include <iterator>

#include "ipc/client/runner.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

Exit run_call(Runner& runner, const Verb& verb, const Values& values) {
  const auto& method = values.at("method");
  auto text = values.contains("params") ? values.at("params") : "{}";
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  const auto params = Json::parse(text, nullptr, false);
  if (!params.is_object()) {
    return runner.fail(usage("the params are not a JSON object",
                             "such as: icurectl call user.get '{\"id\":\"...\"}'"));
  }
  const auto answer = runner.ask(method, params);
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return Exit::ok;
}

}  // namespace

std::vector<Verb> config_verbs() {
  return {{"config",
           "show",
           "shows every setting and where it came from",
           "config.show",
           {},
           config_view}};
}

std::vector<Verb> call_verbs() {
  return {{.noun = "call",
           .verb = "",
           .about = "calls any method and prints its result",
           .method = "",
           .args = {{"METHOD", "method", "such as user.get", Arg::Type::text, {}, true},
                    {"JSON", "params", "an object with its params; - reads it from the input"}},
           .view = json_view,
           .run = run_call}};
}

}  // namespace icure::client
