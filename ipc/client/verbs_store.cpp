// icurectl backup create|verify|restore, icurectl store verify|rekey|adopt|export
#include <filesystem>
#include <iostream>

#include "ipc/client/args.h"
#include "ipc/client/ask_secret.h"
#include "ipc/client/credentials.h"
#include "ipc/client/recovery.h"
#include "ipc/client/runner.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

/// The daemon has a working directory of its own.
std::string whole(const std::string& path) {
  std::error_code unknown;
  const auto absolute = std::filesystem::absolute(path, unknown);
  return unknown ? path : absolute.lexically_normal().string();
}

/// One call whose path is made whole first.
Exit run_on_path(Runner& runner, const Verb& verb, const Values& values) {
  Json params = Json::object();
  for (const auto& [name, value] : values) params[name] = whole(value);
  const auto answer = runner.ask(verb.method, params);
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return verb.exit ? verb.exit(Json::parse(*answer)) : Exit::ok;
}

/// What the daemon's program does while no daemon serves.
Captured repair(const Runner& runner, Launch launch, const Values& values) {
  const auto config = config_of(values);
  const auto credentials = Credentials::beside(config);
  launch.arguments.insert(launch.arguments.begin(), {"--config", config});
  launch.environment = credentials.environment();
  return runner.run_daemon(launch);
}

Exit run_repair(Runner& runner, Launch launch, const Values& values) {
  const auto run = repair(runner, std::move(launch), values);
  if (run.code != 0) return runner.fail(refusal_of(run));
  const auto lines = lines_of(run.said);
  auto& screen = runner.screen();
  if (screen.json) {
    const Json result = {{"done", lines}};
    screen.put_json(result.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    for (const auto& line : lines) screen.out << printable(line) << '\n';
  }
  return Exit::ok;
}

std::string typed_recovery_key(Runner& runner) {
  return ask_secret(std::cin, runner.screen().err, "Recovery key: ");
}

Exit run_restore(Runner& runner, const Verb&, const Values& values) {
  Launch launch{{"--restore", whole(values.at("path"))}};
  if (values.contains("force")) launch.arguments.emplace_back("--force");
  if (!values.contains("recovery")) return run_repair(runner, std::move(launch), values);
  launch.arguments.emplace_back("--by-recovery-key");
  const auto typed = typed_recovery_key(runner);
  launch.input = typed;
  return run_repair(runner, std::move(launch), values);
}

Exit run_adopt(Runner& runner, const Verb&, const Values& values) {
  return run_repair(runner, {{"--adopt"}}, values);
}

Exit run_recover(Runner& runner, const Verb&, const Values& values) {
  const auto typed = typed_recovery_key(runner);
  Launch launch{{"--recover"}};
  launch.input = typed;
  return run_repair(runner, std::move(launch), values);
}

Exit run_recovery_key(Runner& runner, const Verb&, const Values& values) {
  const auto credentials = Credentials::beside(config_of(values));
  const auto made = new_recovery_key(runner, config_of(values), credentials.environment());
  if (!made) return runner.fail(made.error());
  auto& screen = runner.screen();
  if (screen.json) {
    screen.put_json(Json({{"recovery_key", *made}}).dump());
  } else {
    screen.out << recovery_key_view(*made, screen);
  }
  return Exit::ok;
}

Exit run_export(Runner& runner, const Verb&, const Values& values) {
  return run_repair(runner, {{"--export", whole(values.at("path"))}}, values);
}

std::string backup_view(const Json& result, const Screen& screen) {
  return screen.paint(Colour::green, "saved") + ' ' + printable(text_of(result, "path")) + ", " +
         text_of(result, "bytes") +
         " bytes\nIt opens with today's store key or recovery key only: keep one of them "
         "elsewhere.\n";
}

std::string checks_view(const Json& result, const Screen& screen) {
  Table table({{"FILE", Shrink::no}, {"BYTES"}, {"STATE"}});
  for (const auto& file : child_of(result, "files")) {
    const bool sound = child_of(file, "ok") == true;
    table.add({text_of(file, "name"), text_of(file, "bytes"), sound ? "sound" : "damaged"});
  }
  auto text = table.text(screen);
  for (const auto& file : child_of(result, "files")) {
    for (const auto& fault : child_of(file, "faults")) {
      text += text_of(file, "name") + ": " + printable(fault.get<std::string>()) + '\n';
    }
  }
  return text;
}

Exit checks_exit(const Json& result) {
  return child_of(result, "ok") == true ? Exit::ok : Exit::failed;
}

std::string rekeyed_view(const Json&, const Screen&) {
  return "The new store key is in force. Give it to the daemon (store.key_file, or the "
         "credential)\n"
         "and restart it: from then on the old key opens nothing. Older backups still need it.\n";
}

Arg path_of_backup(bool required) {
  return {"PATH", "path", "the file of the backup", Arg::Type::path, {}, required};
}

}  // namespace

std::vector<Verb> store_verbs() {
  return {
      {.noun = "backup",
       .verb = "create",
       .about = "saves what exists only here into one encrypted file",
       .method = "store.backup",
       .args = {path_of_backup(true)},
       .view = backup_view,
       .run = run_on_path},
      {.noun = "backup",
       .verb = "verify",
       .about = "reads all of a backup",
       .method = "store.verify",
       .args = {path_of_backup(true)},
       .view = checks_view,
       .exit = checks_exit,
       .run = run_on_path},
      {.noun = "backup",
       .verb = "restore",
       .about = "brings a backup back; the daemon must be stopped",
       .method = "",
       .args = {path_of_backup(true),
                config_arg(),
                {"--force", "force", "also in the place of a store that is newer", Arg::Type::flag},
                {"--recovery", "recovery",
                 "open it with the recovery key, which is typed or comes in on the input",
                 Arg::Type::flag}},
       .run = run_restore},
      {.noun = "store",
       .verb = "verify",
       .about = "reads every page of the files in use",
       .method = "store.verify",
       .view = checks_view,
       .exit = checks_exit},
      {.noun = "store",
       .verb = "rekey",
       .about = "takes a new store key, while everything goes on",
       .method = "store.rekey",
       .args = {{"KEY_FILE",
                 "key_file",
                 "the file with the new key: 64 hex digits",
                 Arg::Type::path,
                 {},
                 true}},
       .view = rekeyed_view,
       .run = run_on_path},
      {.noun = "store",
       .verb = "adopt",
       .about = "confirms that the store moves to the platform of the configuration",
       .method = "",
       .args = {config_arg()},
       .run = run_adopt},
      {.noun = "store",
       .verb = "recovery-key",
       .about = "makes and shows a new recovery key; the daemon must be stopped",
       .method = "",
       .args = {config_arg()},
       .run = run_recovery_key},
      {.noun = "store",
       .verb = "recover",
       .about = "opens a store whose store key is lost, with the recovery key",
       .method = "",
       .args = {config_arg()},
       .run = run_recover},
      {.noun = "store",
       .verb = "export",
       .about = "writes what can be read of a damaged ledger; the daemon must be stopped",
       .method = "",
       .args =
           {{"FILE", "path", "the file to make: JSON lines, in clear", Arg::Type::path, {}, true},
            config_arg()},
       .run = run_export}};
}

}  // namespace icure::client
