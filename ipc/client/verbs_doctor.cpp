// icurectl doctor: what the daemon's program finds, and what can be seen from the socket.
#include <algorithm>

#include "ipc/client/args.h"
#include "ipc/client/credentials.h"
#include "ipc/client/doctor.h"
#include "ipc/client/runner.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

Json check(const char* name, const char* state, const std::string& result,
           const std::string& remedy = {}) {
  Json made = {{"name", name}, {"state", state}, {"result", result}};
  if (!remedy.empty()) made["remedy"] = remedy;
  return made;
}

/// What `icure-syncd --doctor` prints: its last line, after whatever its libraries said.
Json ask_program(const Runner& runner, const Values& values) {
  const auto credentials = Credentials::sealed_beside(config_of(values));
  Launch launch{{"--config", config_of(values), "--doctor"}, credentials.environment()};
  if (values.contains("--offline")) launch.arguments.emplace_back("--offline");
  const auto run = runner.run_daemon(launch);
  const auto said = lines_of(run.said);
  auto found = said.empty() ? Json() : Json::parse(said.back(), nullptr, false);
  if (child_of(found, "checks").is_array()) return found;
  const auto none = no_daemon_program();
  const bool there = run.code >= 0;
  Json only = Json::array();
  only.push_back(check("program", "failed",
                       there ? "icure-syncd does not know --doctor" : none.message,
                       there ? "install icure-syncd and icurectl of the same version" : none.hint));
  return {{"checks", std::move(only)}};
}

Json check_access(const std::string& role) {
  if (role != "none") return check("access", "ok", "your role is " + role);
  return check("access", "failed", "no rule of the configuration lets you ask anything",
               "an administrator can add an [[access]] rule for you to the configuration");
}

/// How the daemon that serves is, in its own words.
Json check_daemon(Runner& runner) {
  const auto answer = runner.ask("daemon.status", Json::object());
  if (!answer) return check("daemon", "skipped", "you may not ask how it is");
  const auto status = Json::parse(*answer);
  const auto state = text_of(status, "state");
  const auto cause = text_of(status, "cause");
  const auto& warnings = child_of(status, "warnings");
  auto words = "it is " + state + (cause.empty() ? "" : " (" + cause + ")");
  if ((state == "online" || state == "starting") && warnings.empty()) {
    return check("daemon", "ok", words);
  }
  if (!warnings.empty()) words += "; its warnings: " + std::to_string(warnings.size());
  auto made = check("daemon", "warning", words, "icurectl status tells all of it");
  for (const auto& warning : warnings) {
    made["faults"].push_back(
        {{"text", text_of(warning, "text")}, {"remedy", text_of(warning, "hint")}});
  }
  return made;
}

Json check_versions(const std::string& serving, const std::string& installed) {
  const std::string ours = ICURE_VERSION;
  if (!serving.empty() && !installed.empty() && serving != installed) {
    return check("versions", "failed",
                 "the daemon that serves is " + serving + ", the installed one is " + installed,
                 "systemctl restart icure-syncd");
  }
  const auto& daemon = serving.empty() ? installed : serving;
  if (daemon.empty()) return check("versions", "skipped", "no daemon tells its version");
  if (daemon == ours) return check("versions", "ok", "icure-syncd and icurectl are " + ours);
  return check("versions", "failed", "icure-syncd is " + daemon + ", icurectl is " + ours,
               "install icure-syncd and icurectl of the same version");
}

/// What can be seen from the socket. Returns the version of who serves; empty: nobody does.
std::string look_at_socket(Runner& runner, Json& checks) {
  const auto hello = runner.ask("hello", {{"client", "icurectl"}, {"protocol", 1}});
  if (hello) {
    const auto who = Json::parse(*hello);
    const auto role = text_of(who, "role");
    checks.push_back(check_access(role));
    checks.push_back(role == "none" ? check("daemon", "skipped", "you may not ask how it is")
                                    : check_daemon(runner));
    return text_of(who, "version");
  }
  const auto& failure = hello.error();
  if (failure.trouble == Trouble::not_allowed) {
    checks.push_back(check("access", "failed", failure.message, failure.hint));
    checks.push_back(check("daemon", "skipped", "you may not open its socket"));
  } else if (failure.trouble == Trouble::unreachable) {
    checks.push_back(check("access", "skipped", "no daemon serves"));
    checks.push_back(check("daemon", "warning", "nobody serves: " + failure.message,
                           "systemctl start icure-syncd; if it ends again, journalctl -u "
                           "icure-syncd says why"));
  } else {
    checks.push_back(check("access", "skipped", "the daemon does not answer"));
    checks.push_back(
        check("daemon", "failed", failure.message, "look at its log: journalctl -u icure-syncd"));
  }
  return {};
}

Exit run_doctor(Runner& runner, const Verb& verb, const Values& values) {
  const auto result = doctor_findings(runner, values);
  runner.show(verb, result.dump(-1, ' ', false, Json::error_handler_t::replace));
  return child_of(result, "ok") == true ? Exit::ok : Exit::failed;
}

}  // namespace

Json doctor_findings(Runner& runner, const Values& values) {
  const auto found = ask_program(runner, values);
  Json checks = found["checks"];
  const auto serving = look_at_socket(runner, checks);
  checks.push_back(check_versions(serving, text_of(found, "version")));
  const bool well = std::none_of(checks.begin(), checks.end(), [](const Json& each) {
    return text_of(each, "state") == "failed";
  });
  return {{"ok", well}, {"checks", std::move(checks)}};
}

std::vector<Verb> doctor_verbs() {
  return {
      {.noun = "doctor",
       .verb = "",
       .about = "checks all that the daemon needs, and says what to do where something is wrong",
       .method = "",
       .args = {config_arg(),
                {"--offline", "--offline", "leave out what needs the network", Arg::Type::flag}},
       .view = doctor_view,
       .run = run_doctor}};
}

}  // namespace icure::client
