#include "sync/outbox/invite_form.h"

#include <openssl/crypto.h>

#include <array>
#include <nlohmann/json.hpp>

namespace icure::sync {
namespace {

using Json = nlohmann::json;

// 32 signs, so that 5 bits make one: no l, o, 0 or 1.
constexpr std::string_view kTokenSigns = "abcdefghijkmnpqrstuvwxyz23456789";
static_assert(kTokenSigns.size() == 32);

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Json> object_of(std::string_view text) {
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && *found == true;
}

bool is_there(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && !found->is_null();
}

Json json_of(const write::PersonName& name) {
  auto json = Json::object();
  json["first"] = name.first;
  json["last"] = name.last;
  return json;
}

write::PersonName name_from(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_object()) return {};
  return {text_of(*found, "first"), text_of(*found, "last")};
}

std::int64_t millis_of(WallTime time) {
  return time.time_since_epoch().count();
}

std::string_view owner_member(Kind kind) {
  return kind == Kind::patient ? "patientId" : "healthcarePartyId";
}

/// Whether this entry of authenticationTokens still stands.
bool stands(const Json& token) {
  return token.is_object() && !is_there(token, "deletionDate");
}

}  // namespace

std::string to_text(const InviteDetails& details) {
  auto json = Json::object();
  json["token_key"] = details.token_key;
  json["link"] = details.link;
  json["solution"] = details.solution;
  json["subject"] = details.subject;
  json["template"] = details.template_name;
  json["languages"] = details.languages;
  json["owner"] = json_of(details.owner);
  json["inviter"] = json_of(details.inviter);
  json["from"] = details.from;
  return dump(json);
}

std::optional<InviteDetails> details_from(std::string_view text) {
  const auto json = object_of(text);
  if (!json) return std::nullopt;
  InviteDetails details;
  details.token_key = text_of(*json, "token_key");
  details.link = text_of(*json, "link");
  details.solution = text_of(*json, "solution");
  details.subject = text_of(*json, "subject");
  details.template_name = text_of(*json, "template");
  details.owner = name_from(*json, "owner");
  details.inviter = name_from(*json, "inviter");
  details.from = text_of(*json, "from");
  if (const auto languages = json->find("languages"); languages != json->end()) {
    for (const auto& each : *languages) {
      if (each.is_string()) details.languages.push_back(each.get<std::string>());
    }
  }
  if (details.token_key.empty()) return std::nullopt;
  return details;
}

std::string to_text(const InviteContent& content) {
  auto json = Json::object();
  if (!content.token.empty()) json["token"] = std::string(content.token.reveal());
  json["create_asked"] = content.create_asked;
  json["sending"] = content.sending;
  if (content.token_dies) json["token_dies"] = millis_of(*content.token_dies);
  auto text = dump(json);
  if (!content.token.empty()) {
    auto& token = json["token"].get_ref<std::string&>();
    OPENSSL_cleanse(token.data(), token.size());
  }
  return text;
}

std::optional<InviteContent> content_from(std::string_view text) {
  auto json = object_of(text);
  if (!json) return std::nullopt;
  InviteContent content;
  if (const auto token = json->find("token"); token != json->end() && token->is_string()) {
    auto& value = token->get_ref<std::string&>();
    content.token = Secret(value);
    OPENSSL_cleanse(value.data(), value.size());
  }
  content.create_asked = flag_of(*json, "create_asked");
  content.sending = flag_of(*json, "sending");
  if (const auto dies = json->find("token_dies");
      dies != json->end() && dies->is_number_integer()) {
    content.token_dies = WallTime(Millis(dies->get<std::int64_t>()));
  }
  return content;
}

Secret new_token(Random& random) {
  std::array<unsigned char, 32> bytes{};
  random.fill(bytes);
  auto token = Secret::zeroed(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    token.data()[i] = static_cast<unsigned char>(kTokenSigns[bytes[i] % kTokenSigns.size()]);
  }
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return token;
}

std::string user_document(const store::Invitation& invitation) {
  auto json = Json::object();
  json["id"] = invitation.user;
  json["created"] = millis_of(invitation.created);
  json["name"] = invitation.contact;
  json["login"] = invitation.contact;
  json[invitation.channel == "email" ? "email" : "mobilePhone"] = invitation.contact;
  json[std::string(owner_member(invitation.owner_kind))] = invitation.owner;
  return dump(json);
}

std::optional<InvitedUser> read_user(std::string_view document, const store::Invitation& invitation,
                                     std::string_view token_key) {
  const auto json = object_of(document);
  if (!json) return std::nullopt;
  InvitedUser user;
  user.rev = text_of(*json, "rev");
  user.ours = text_of(*json, "id") == invitation.user &&
              text_of(*json, owner_member(invitation.owner_kind).data()) == invitation.owner;
  user.deleted = is_there(*json, "deletionDate");
  bool other_token = false;
  if (const auto tokens = json->find("authenticationTokens"); tokens != json->end()) {
    for (const auto& [key, token] : tokens->items()) {
      if (key == token_key) {
        user.has_token = stands(token);
      } else {
        other_token = other_token || stands(token);
      }
    }
  }
  if (is_there(*json, "passwordHash")) {
    user.came_by = "a password";
  } else if (is_there(*json, "termsOfUseDate")) {
    user.came_by = "the terms of use";
  } else if (other_token) {
    user.came_by = "a token of its own";
  }
  return user;
}

}  // namespace icure::sync
