#include "tests/sandbox/user_rules.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShortestPassword = 8;

std::string text(const Json& doc, const char* key) {
  const auto at = doc.find(key);
  return at != doc.end() && at->is_string() ? at->get<std::string>() : "";
}

bool is_blank(const std::string& value) {
  return value.find_first_not_of(" \t\r\n") == std::string::npos;
}

void fill_in(Json& sent) {
  for (const char* key : {"email", "mobilePhone"})
    if (is_blank(text(sent, key))) sent.erase(key);
  if (!sent.contains("login") && sent.contains("email")) sent["login"] = sent["email"];
  if (!sent.contains("login") && sent.contains("mobilePhone")) sent["login"] = sent["mobilePhone"];
  if (!sent.contains("status")) sent["status"] = "ACTIVE";
  if (!sent.contains("created")) sent["created"] = now_ms();
}

std::optional<Reply> refuse_contacts(const Json* stored, const Json& sent) {
  if (is_blank(text(sent, "login")) && !sent.contains("email") && !sent.contains("mobilePhone"))
    return error_reply(400, "A user needs a login, an email or a mobilePhone");
  const auto is_new = [&](const char* key) {
    return sent.contains(key) && (stored == nullptr || text(*stored, key) != text(sent, key));
  };
  if (is_new("email") && !is_email(text(sent, "email"))) return error_reply(400, "Invalid email");
  if (is_new("mobilePhone") && !is_phone(text(sent, "mobilePhone")))
    return error_reply(400, "Invalid mobile phone");
  return std::nullopt;
}

// "*" keeps the password, nothing deletes it, any other text becomes the new one.
std::optional<Reply> take_password(const Json* stored, Json& sent, Secrets& secrets) {
  const std::string given = text(sent, "passwordHash");
  sent.erase("passwordHash");
  if (given.empty()) return std::nullopt;
  if (given == "*") {
    if (stored != nullptr && !text(*stored, "passwordHash").empty()) sent["passwordHash"] = "*";
    return std::nullopt;
  }
  if (given.size() < kShortestPassword) return error_reply(406, "The password is too short");
  secrets.password = given;
  sent["passwordHash"] = "*";
  return std::nullopt;
}

// What is stored, with the sent ones that bring a token, without the sent ones that are deleted.
// Leaving one out never revokes it.
std::optional<Reply> merge_tokens(const Json* stored, Json& sent, Secrets& secrets) {
  Json merged =
      stored == nullptr ? Json::object() : stored->value("authenticationTokens", Json::object());
  const Json given = sent.value("authenticationTokens", Json::object());
  if (!given.is_object()) return error_reply(400, "Malformed authenticationTokens");
  for (const auto& each : given.items()) {
    const Json& entry = each.value();
    if (!entry.is_object()) return error_reply(400, "Malformed authenticationTokens");
    if (entry.contains("deletionDate") && !entry.at("deletionDate").is_null()) {
      merged.erase(each.key());
      continue;
    }
    if (text(entry, "token").empty()) continue;
    secrets.tokens[each.key()] = text(entry, "token");
    merged[each.key()] = {{"token", nullptr},
                          {"creationTime", entry.value("creationTime", now_ms())},
                          {"validity", entry.value("validity", std::int64_t{3600})}};
  }
  sent["authenticationTokens"] = std::move(merged);
  return std::nullopt;
}

}  // namespace

bool is_email(const std::string& value) {
  return value.size() > 2 && value.find('@', 1) < value.size() - 1;
}

bool is_phone(const std::string& value) {
  const std::string digits = value.substr(value.starts_with('+') ? 1 : 0);
  return digits.size() >= 6 && digits.size() <= 20 &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Reply> refuse_duplicate(const World& world, const std::string& member,
                                      const std::string& value, const std::string& own_id) {
  if (value.empty()) return std::nullopt;
  const UserIndex& users = world.documents.users();
  const bool email = member == "email";
  for (const Row& other : email ? users.with_email(value) : users.with_login(value))
    if (other.id() != own_id)
      return error_reply(400, std::string("A user with ") + (email ? "Email " : "Login ") + value +
                                  " already exists");
  return std::nullopt;
}

std::optional<Reply> apply_user_rules(const World& world, const Json* stored, Json& sent,
                                      Secrets& secrets) {
  fill_in(sent);
  if (auto refused = refuse_contacts(stored, sent)) return refused;
  // A new user's own id does not excuse it: whoever posts the same user again is told of a
  // duplicate, not of a conflict. Phones are not compared, as on the platform.
  for (const char* member : {"email", "login"}) {
    const std::string value = text(sent, member);
    if (stored != nullptr && text(*stored, member) == value) continue;
    const std::string own_id = stored == nullptr ? "" : text(sent, "id");
    if (auto refused = refuse_duplicate(world, member, value, own_id)) return refused;
  }
  if (auto refused = take_password(stored, sent, secrets)) return refused;
  if (auto refused = merge_tokens(stored, sent, secrets)) return refused;
  sent["groupId"] = stored != nullptr && stored->contains("groupId")
                        ? stored->at("groupId")
                        : Json(world.population.group_id());
  sent["applicationTokens"] = Json::object();
  sent.erase("systemMetadata");
  if (stored != nullptr && stored->contains("systemMetadata"))
    sent["systemMetadata"] = stored->at("systemMetadata");
  return std::nullopt;
}

void keep(Credentials& credentials, const std::string& user_id, const Secrets& secrets) {
  if (secrets.password) credentials.set_password(user_id, *secrets.password);
  for (const auto& [key, value] : secrets.tokens) credentials.set_token(user_id, key, value);
}

}  // namespace icure::sandbox
