// icurectl user get|list|search|of
#include "ipc/client/args.h"
#include "ipc/client/table.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

std::string owner_kind(const Json& user) {
  if (!text_of(user, "healthcarePartyId").empty()) return "hcp";
  if (!text_of(user, "patientId").empty()) return "patient";
  return text_of(user, "deviceId").empty() ? "" : "device";
}

}  // namespace

std::string user_view(const Json& result, const Screen& screen) {
  return members_view(child_of(result, "user"), screen);
}

std::string users_view(const Json& result, const Screen& screen) {
  Table table({{"ID", Shrink::no}, {"LOGIN"}, {"NAME"}, {"EMAIL"}, {"STATUS"}, {"OWNER"}});
  for (const auto& user : child_of(result, "rows")) {
    table.add({text_of(user, "id"), text_of(user, "login"), text_of(user, "name"),
               text_of(user, "email"), text_of(user, "status"), owner_kind(user)});
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
  return {
      {"user", "get", "shows one user", "user.get", with(which, freshness_args()), user_view, 4},
      {"user", "list", "lists users", "user.list", with(filters, page_args(), freshness_args()),
       users_view, 0, true},
      {"user", "search", "finds users by a part of their name, login, e-mail or phone",
       "user.search", with({text, limit_arg()}, freshness_args()), users_view},
      {"user", "of", "lists the users of a data owner", "user.of", with({owner}, freshness_args()),
       users_view},
  };
}

}  // namespace icure::client
