// icurectl completion bash|zsh|fish
#include "ipc/client/completion.h"
#include "ipc/client/runner.h"

namespace icure::client {
namespace {

Exit run_completion(Runner& runner, const Verb&, const Values& values) {
  const auto& shell = values.at("shell");
  const auto script = completion_script(shell, all_verbs());
  auto& screen = runner.screen();
  if (screen.json) {
    screen.out << Json{{"shell", shell}, {"script", script}}.dump() << '\n';
  } else {
    screen.out << script;
  }
  return Exit::ok;
}

}  // namespace

std::vector<Verb> completion_verbs() {
  return {{.noun = "completion",
           .verb = "",
           .about = "writes a script that completes icurectl's words: source it in your shell",
           .method = "",
           .args = {{"SHELL", "shell", "which", Arg::Type::text, {"bash", "zsh", "fish"}, true}},
           .run = run_completion}};
}

}  // namespace icure::client
