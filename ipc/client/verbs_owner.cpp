// icurectl owner get|list|search|access
#include "ipc/client/args.h"
#include "ipc/client/names.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

std::string born(const Json& owner) {
  const auto digits = text_of(owner, "dateOfBirth");  // a number such as 19800131
  if (digits.size() != 8) return digits == "0" ? "" : digits;
  return digits.substr(0, 4) + '-' + digits.substr(4, 2) + '-' + digits.substr(6);
}

}  // namespace

std::string owner_view(const Json& result, const Screen& screen) {
  std::string text = screen.paint(Colour::bold, printable(text_of(result, "type")));
  if (child_of(result, "decrypted") == true) text += ", decrypted";
  if (const auto& unread = child_of(result, "unreadable"); !unread.empty()) {
    text += ", not readable with the imported keys: " + printable(unread.dump());
  }
  return text + '\n' + members_view(child_of(result, "dataOwner"), screen);
}

std::string owners_view(const Json& result, const Screen& screen) {
  Table table({{"ID", Shrink::no}, {"TYPE", Shrink::no}, {"NAME"}, {"BORN"}});
  for (const auto& row : child_of(result, "rows")) {
    const auto& owner = child_of(row, "dataOwner");
    table.add({text_of(owner, "id"), text_of(row, "type"), name_of_owner(owner), born(owner)});
  }
  return table.empty() ? "no data owners\n" : table.text(screen);
}

std::string access_view(const Json& result, const Screen& screen) {
  const bool access = child_of(result, "access") == true;
  std::string text = access ? screen.paint(Colour::green, "may reach the platform")
                            : screen.paint(Colour::red, "can not reach the platform");
  if (const auto reason = text_of(result, "reason"); !reason.empty()) {
    text += ": " + printable(reason);
  }
  Table table({{"USER", Shrink::no}, {"STATUS"}});
  for (const auto& user : child_of(result, "users")) {
    table.add({text_of(user, "id"), text_of(user, "status")});
  }
  return text + '\n' + (table.empty() ? "" : table.text(screen));
}

std::vector<Verb> owner_verbs() {
  const Arg id{"id", "id", "the data owner's id", Arg::Type::text, {}, true};
  const Arg type{"--type", "type", "only this kind", Arg::Type::text, {"hcp", "patient", "device"}};
  const std::vector<Arg> search = {
      {"text", "text", "the beginning of a word of the name"},
      type,
      {"--born", "dateOfBirth", "the date of birth, as 19800131", Arg::Type::number},
      {"--ssin", "ssin", "the national number"},
      {"--identifier", "identifier", "the value of an identifier"},
      limit_arg()};
  return {
      {"owner", "get", "shows one data owner: a professional, patient or device", "owner.get",
       with({id}, freshness_args()), owner_view},
      {"owner", "list", "lists data owners", "owner.list",
       with({type}, page_args(), freshness_args()), owners_view, 0, true},
      {"owner", "search", "finds data owners by name, date of birth, or a number of theirs",
       "owner.search", with(search, freshness_args()), owners_view},
      {"owner", "access", "tells whether a data owner can reach the platform", "owner.access",
       with({id}, freshness_args()), access_view},
  };
}

}  // namespace icure::client
