#include "sync/outbox/prepare_rules.h"

#include <algorithm>
#include <array>

#include "sync/write/contact.h"
#include "sync/write/members.h"

namespace icure::sync::prepare {
namespace {

constexpr int kMaxDepth = 100;  // documents of the platform are a dozen levels deep
constexpr auto kEncrypted = "encryptedSelf";

std::string in_quotes(std::string_view member) {
  return "\"" + std::string(member) + "\"";
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

/// platform: \+?[0-9]{6,20}
bool is_phone(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= 6 && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_empty(const Json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
         (value.is_structured() && value.empty());
}

/// Whether the value, or anything in it, has an encrypted part.
bool has_encrypted(const Json& value) {
  if (value.is_object() && value.contains(kEncrypted) && !is_empty(value[kEncrypted])) return true;
  if (!value.is_structured()) return false;
  return std::any_of(value.begin(), value.end(), has_encrypted);
}

Result<Done> check_text(const Json& changes, const char* member) {
  const auto at = changes.find(member);
  if (at == changes.end() || at->is_null()) return Done{};
  if (!at->is_string() || is_blank(at->get<std::string>())) {
    return invalid(in_quotes(member) + " must be a text that is not blank", "correct it");
  }
  return Done{};
}

Result<Done> check_contacts(Json& changes) {
  if (const auto at = changes.find("email"); at != changes.end() && at->is_string()) {
    auto email = write::normal_email(at->get<std::string>());
    if (!email) return invalid("\"email\" is not a valid e-mail address", "correct it");
    *at = std::move(*email);
  }
  const auto at = changes.find("mobilePhone");
  if (at != changes.end() && at->is_string() && !is_phone(at->get<std::string>())) {
    return invalid("\"mobilePhone\" is not a valid phone number",
                   "write it as +32475123456: 6 to 20 digits and nothing between them");
  }
  return Done{};
}

Result<Done> needs_admin(const Json& changes, std::string_view member, Right right) {
  if (right == Right::administration || !changes.contains(member)) return Done{};
  return Error{Code::forbidden, in_quotes(member) + " may be set by an administrator only",
               "ask someone with the role admin"};
}

}  // namespace

Error invalid(std::string message, std::string hint) {
  return {Code::invalid, std::move(message), std::move(hint)};
}

Result<Json> parsed(std::string_view text, std::string_view what) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t, const Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return true;
  };
  auto json = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (!json.is_object() || too_deep) {
    return invalid(in_quotes(what) + " is not a JSON object of reasonable depth", "correct it");
  }
  return json;
}

Result<Done> check_members(const Json& changes) {
  if (changes.empty()) return invalid("there is nothing to be written", "name a member");
  for (const auto& [name, value] : changes.items()) {
    if (!write::is_untouchable(name)) continue;
    return invalid(in_quotes(name) + " cannot be written here",
                   "leave it out: it is set by the platform, or by software that holds the keys");
  }
  return Done{};
}

Result<Done> check_user(Json& changes, Right right) {
  for (const auto* member :
       {"login", "email", "mobilePhone", "name", "healthcarePartyId", "patientId", "deviceId"}) {
    if (auto good = check_text(changes, member); !good) return good;
  }
  if (auto good = check_contacts(changes); !good) return good;
  if (const auto at = changes.find("status"); at != changes.end()) {
    constexpr std::array<std::string_view, 3> kStates = {"ACTIVE", "DISABLED", "REGISTERING"};
    if (!at->is_string() || std::find(kStates.begin(), kStates.end(),
                                      at->get_ref<const std::string&>()) == kStates.end()) {
      return invalid("\"status\" is none of ACTIVE, DISABLED, REGISTERING", "correct it");
    }
  }
  for (const auto* member : {"roles", "permissions"}) {
    if (auto good = needs_admin(changes, member, right); !good) return good;
  }
  return Done{};
}

Result<Done> check_links(const Json& changes, Right right) {
  for (const auto* member : {"healthcarePartyId", "patientId", "deviceId"}) {
    if (auto good = needs_admin(changes, member, right); !good) return good;
  }
  return Done{};
}

/// platform: a professional without any of these is a 400; a patient needs a name or an encrypted
/// part.
Result<Done> check_owner(Kind kind, const Json& document) {
  const auto has_one = [&document](std::initializer_list<const char*> members) {
    return std::any_of(members.begin(), members.end(), [&](const char* member) {
      return document.contains(member) && !is_empty(document[member]);
    });
  };
  if (kind == Kind::hcp && !has_one({"name", "lastName", "ssin", "nihii"})) {
    return invalid("a professional needs a name, lastName, ssin or nihii", "add one of them");
  }
  if (kind == Kind::patient && !has_one({"firstName", "lastName", kEncrypted})) {
    return invalid("a patient needs a firstName or lastName", "leave one of them");
  }
  return Done{};
}

Result<Done> check_clear(const Json& changes, const Json& before, const Known& known) {
  const bool encrypted = before.contains(kEncrypted) && !is_empty(before[kEncrypted]);
  constexpr auto kHint = "change it with software that holds the clinic's keys";
  for (const auto& [name, value] : changes.items()) {
    const auto at = before.find(name);
    const bool in_clear = at != before.end() && !is_empty(*at);
    if (in_clear && has_encrypted(*at)) {
      return invalid(in_quotes(name) + " has encrypted parts, which this would lose", kHint);
    }
    if (!encrypted) continue;
    const auto& found = known.decrypted;
    if (std::find(found.begin(), found.end(), name) != found.end()) {
      return invalid(in_quotes(name) + " is encrypted in this record", kHint);
    }
    if (known.unread && !in_clear) {
      return invalid(
          in_quotes(name) + " may be encrypted in this record, which cannot be read here", kHint);
    }
  }
  return Done{};
}

}  // namespace icure::sync::prepare
