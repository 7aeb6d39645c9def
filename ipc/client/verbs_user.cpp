// icurectl user get|list|search|of and create|modify|disable|enable|delete|token
#include "ipc/client/args.h"
#include "ipc/client/runner.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/writing.h"

namespace icure::client {
namespace {

std::string owner_kind(const Json& user) {
  if (!text_of(user, "healthcarePartyId").empty()) return "hcp";
  if (!text_of(user, "patientId").empty()) return "patient";
  return text_of(user, "deviceId").empty() ? "" : "device";
}

std::string status_of(const Json& user) {
  auto status = text_of(user, "status");
  if (child_of(user, "pending").empty()) return status;
  return status + (status.empty() ? "" : ", ") + "pending";
}

/// Nothing but the token on the output: it may be read by a program, and is shown this once.
std::string token_view(const Json& result, const Screen&) {
  return text_of(result, "token") + '\n';
}

Exit run_token(Runner& runner, const Verb& verb, const Values& values) {
  auto complete = values;
  auto& key = complete["key"];
  if (key.empty()) key = new_key();
  const auto answer = runner.ask(verb.method, params_of(verb, complete));
  if (!answer) return runner.fail(with_key(answer.error(), key));
  runner.show(verb, *answer);
  const auto& screen = runner.screen();
  if (screen.json) return Exit::ok;
  screen.err << screen.paint(Colour::dim,
                             "shown once and kept nowhere; to replace it: --key " + printable(key))
             << '\n';
  return Exit::ok;
}

/// Members of the document `of`, which need no JSON.
std::vector<Arg> contact_args(const char* of) {
  std::vector<Arg> args = {{"--login", "login", "what it logs in with"},
                           {"--email", "email", "its e-mail address"},
                           {"--phone", "mobilePhone", "its mobile phone"},
                           {"--name", "name", "what people call it"}};
  for (auto& arg : args) arg.of = of;
  return args;
}

std::vector<Arg> owner_args(const char* of) {
  std::vector<Arg> args = {{"--hcp", "healthcarePartyId", "the professional it stands for"},
                           {"--patient", "patientId", "or the patient"},
                           {"--device", "deviceId", "or the device"}};
  for (auto& arg : args) arg.of = of;
  return args;
}

Verb write(const char* verb, const char* about, std::vector<Arg> args) {
  args.push_back(key_arg());
  return {.noun = "user",
          .verb = verb,
          .about = about,
          .method = std::string("user.") + verb,
          .args = std::move(args),
          .view = accepted_view,
          .run = run_write};
}

std::vector<Verb> write_verbs() {
  const Arg id{"id", "id", "the user's id", Arg::Type::text, {}, true};
  auto create = contact_args("user");
  const auto owners = owner_args("user");
  create.insert(create.begin(), document_arg("user", "further members, as the platform has them"));
  create.insert(create.end(), owners.begin(), owners.end());
  auto modify = contact_args("patch");
  modify.insert(modify.begin(), {id, document_arg("patch", "a JSON merge patch (RFC 7396)")});
  modify.push_back({"--rev", "rev", "refuse if it has another rev by now"});
  auto token = write("token", "makes a token for a user and prints it, once; needs the line",
                     {id,
                      {.spelling = "--validity",
                       .param = "validity_s",
                       .about = "how long it opens, such as 48h or 365d",
                       .type = Arg::Type::seconds,
                       .required = true}});
  token.view = token_view;
  token.run = run_token;
  return {write("create", "creates a user, as soon as the platform can be used", create),
          write("modify", "changes members of a user", modify),
          write("disable", "lets a user log in no more", {id}),
          write("enable", "lets a disabled user log in again", {id}),
          write("delete", "deletes a user", {id}),
          std::move(token)};
}

}  // namespace

std::string user_view(const Json& result, const Screen& screen) {
  return members_view(child_of(result, "user"), screen);
}

std::string users_view(const Json& result, const Screen& screen) {
  Table table({{"ID", Shrink::no}, {"LOGIN"}, {"NAME"}, {"EMAIL"}, {"STATUS"}, {"OWNER"}});
  for (const auto& user : child_of(result, "rows")) {
    table.add({text_of(user, "id"), text_of(user, "login"), text_of(user, "name"),
               text_of(user, "email"), status_of(user), owner_kind(user)});
  }
  return table.empty() ? "no users\n" : table.text(screen);
}

std::vector<Verb> user_verbs() {
  const std::vector<Arg> which = {{"id", "id", "the user's id"},
                                  {"--login", "login", "or its login"},
                                  {"--email", "email", "or its e-mail address"},
                                  {"--phone", "mobilePhone", "or its mobile phone"}};
  const std::vector<Arg> filters = {
      {"--status", "status", "only users of this status, such as ACTIVE"},
      {"--owner-type",
       "ownerType",
       "only users of such data owners",
       Arg::Type::text,
       {"hcp", "patient", "device", "none"}}};
  const Arg text{"text",
                 "text",
                 "the beginning of a word of name, login or e-mail, or digits of the phone",
                 Arg::Type::text,
                 {},
                 true};
  const Arg owner{"owner", "owner", "the data owner's id", Arg::Type::text, {}, true};
  std::vector<Verb> verbs = {
      {"user", "get", "shows one user", "user.get", with(which, freshness_args()), user_view, 4},
      {"user", "list", "lists users", "user.list", with(filters, page_args(), freshness_args()),
       users_view, 0, true},
      {"user", "search", "finds users by a part of their name, login, e-mail or phone",
       "user.search", with({text, limit_arg()}, freshness_args()), users_view},
      {"user", "of", "lists the users of a data owner", "user.of", with({owner}, freshness_args()),
       users_view},
  };
  for (auto& verb : write_verbs()) verbs.push_back(std::move(verb));
  return verbs;
}

}  // namespace icure::client
