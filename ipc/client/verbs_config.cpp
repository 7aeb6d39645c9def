// icurectl config check|show, icurectl call METHOD [JSON]
#include <iostream>
#include <iterator>

#include "ipc/client/args.h"
#include "ipc/client/runner.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

/// The daemon's own check: one fault a line. Needs no daemon that serves.
Exit run_check(Runner& runner, const Verb&, const Values& values) {
  const auto run = runner.run_daemon({{"--config", config_of(values), "--check-config"}});
  if (run.code < 0) return runner.fail(no_daemon_program());
  const bool valid = run.code == 0;
  const auto said = lines_of(run.said);
  auto& screen = runner.screen();
  if (screen.json) {
    const Json result = {{"valid", valid}, {"faults", valid ? Json::array() : Json(said)}};
    screen.put_json(result.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    for (const auto& line : said) (valid ? screen.out : screen.err) << printable(line) << '\n';
  }
  return valid ? Exit::ok : Exit::failed;
}

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
  auto& screen = runner.screen();
  if (screen.json) {
    screen.out << printable_json(*answer) << '\n';  // as it was sent
  } else {
    runner.show(verb, *answer);
  }
  return Exit::ok;
}

}  // namespace

std::vector<Verb> config_verbs() {
  return {{.noun = "config",
           .verb = "check",
           .about = "says whether the configuration is valid, and lists every fault",
           .method = "",
           .args = {config_arg()},
           .run = run_check},
          {.noun = "config",
           .verb = "show",
           .about = "shows every setting and where it came from",
           .method = "config.show",
           .view = config_view}};
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
