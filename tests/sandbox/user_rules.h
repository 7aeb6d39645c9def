// What the platform makes of a user that a client sends: checks, defaults, and the secrets in it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tests/sandbox/http.h"
#include "tests/sandbox/world.h"

namespace icure::sandbox {

/// What a document brings that is kept beside it, and never shown again.
struct Secrets {
  std::optional<std::string> password;
  std::map<std::string, std::string> tokens;  // by their keys
};

/// Makes `sent` fit to be stored, or says why not. `stored` is null for a new user.
std::optional<Reply> apply_user_rules(const World& world, const nlohmann::ordered_json* stored,
                                      nlohmann::ordered_json& sent, Secrets& secrets);
/// A 400 when another live user has it. `member` is "login" or "email".
std::optional<Reply> refuse_duplicate(const World& world, const std::string& member,
                                      const std::string& value, const std::string& own_id);
bool is_email(const std::string& text);
bool is_phone(const std::string& text);
void keep(Credentials& credentials, const std::string& user_id, const Secrets& secrets);

}  // namespace icure::sandbox
