// icurectl login, icurectl auth login|current|logout|sessions|revoke
#include <iostream>

#include "ipc/client/args.h"
#include "ipc/client/ask_secret.h"
#include "ipc/client/runner.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

std::string login_view(const Json& result, const Screen& screen) {
  const auto& user = child_of(result, "user");
  auto name = text_of(user, "name");
  if (name.empty()) name = text_of(user, "login");
  std::string text = screen.paint(Colour::green, "logged in") + ": " + printable(name) + " (" +
                     printable(text_of(user, "id")) + "), " + printable(text_of(result, "mode")) +
                     "\nunused it ends " + time_words(text_of(result, "expires"), screen.now) +
                     '\n';
  if (text_of(result, "roles_fresh") == "false") {
    text += screen.paint(Colour::yellow, "the user's rights were not checked for long") + '\n';
  }
  const auto session = text_of(result, "session");
  return session.empty() ? text : text + "session " + printable(session) + '\n';
}

std::string sessions_view(const Json& result, const Screen& screen) {
  Table table({{"ID", Shrink::no},
               {"USER", Shrink::no},
               {"PROGRAM"},
               {"UID"},
               {"MODE"},
               {"USED"},
               {"EXPIRES"}});
  for (const auto& row : child_of(result, "rows")) {
    table.add({text_of(row, "id"), text_of(row, "user"), text_of(row, "program"),
               text_of(row, "uid"), text_of(row, "mode"),
               time_words(text_of(row, "used"), screen.now),
               time_words(text_of(row, "expires"), screen.now)});
  }
  return table.empty() ? "nobody is logged in\n" : table.text(screen);
}

std::string done_view(const Json&, const Screen&) {
  return "done\n";
}

/// The password, and where it is needed the code, come line by line from the input.
Exit run_login(Runner& runner, const Verb& verb, const Values& values) {
  auto& err = runner.screen().err;
  const auto password = ask_secret(std::cin, err, "password: ");
  if (password.empty()) {
    return runner.fail(usage("no password was given", "type it, or feed it to the input"));
  }
  Json params = {{"login", values.at("login")}, {"password", password}};
  const bool person = person_at_input();
  if (!person) {
    const auto otp = ask_secret(std::cin, err, "");
    if (!otp.empty()) params["otp"] = otp;
  }
  auto answer = runner.ask(verb.method, params);
  if (!answer && answer.error().word == "otp_needed" && person) {
    params["otp"] = ask_secret(std::cin, err, "one-time code: ");
    answer = runner.ask(verb.method, params);
  }
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return Exit::ok;
}

/// A session is a secret as well.
Exit run_with_session(Runner& runner, const Verb& verb, const Values&) {
  const Json params = {{"session", ask_secret(std::cin, runner.screen().err, "session: ")}};
  const auto answer = runner.ask(verb.method, params);
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return Exit::ok;
}

Verb login_verb(const char* noun, const char* verb) {
  return {.noun = noun,
          .verb = verb,
          .about = "logs a user in; asks for the password, or reads it from the input",
          .method = "auth.login",
          .args = {{"login", "login", "id, login, e-mail or phone", Arg::Type::text, {}, true}},
          .view = login_view,
          .run = run_login};
}

}  // namespace

std::vector<Verb> auth_verbs() {
  return {login_verb("login", ""),
          login_verb("auth", "login"),
          {.noun = "auth",
           .verb = "current",
           .about = "shows whose session it is; reads the session from the input",
           .method = "auth.current",
           .view = login_view,
           .run = run_with_session},
          {.noun = "auth",
           .verb = "logout",
           .about = "ends a session; reads it from the input",
           .method = "auth.logout",
           .view = done_view,
           .run = run_with_session},
          {.noun = "auth",
           .verb = "sessions",
           .about = "lists who is logged in",
           .method = "auth.sessions",
           .view = sessions_view},
          {.noun = "auth",
           .verb = "revoke",
           .about = "ends one session, or all of a user's and their logins without a line",
           .method = "auth.revoke",
           .args = {{"id", "id", "the session's id"}, {"--user", "user", "or the user's id"}},
           .view = done_view,
           .one_of = 2}};
}

}  // namespace icure::client
