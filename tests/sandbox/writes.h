// What the platform does with one document that a client writes, the same for all kinds but for
// their rules. Each answers with the document as it is then, or says why not.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tests/sandbox/http.h"
#include "tests/sandbox/world.h"

namespace icure::sandbox {

/// What a client may be told before anything is stored: a bad id, a rev where none may be, or none
/// where one must be.
std::optional<Reply> refuse_to_create(const nlohmann::ordered_json& sent);
std::optional<Reply> refuse_to_modify(const nlohmann::ordered_json& sent);

/// `sent` passed the check above.
Reply create_document(World& world, Kind kind, const nlohmann::ordered_json& sent);
Reply modify_document(World& world, Kind kind, const Circle& circle,
                      const nlohmann::ordered_json& sent);

/// Empty when whoever asks may change that document at that revision; without `rev` at any.
std::optional<Reply> refuse_change(const World& world, Kind kind, const Circle& circle,
                                   const std::string& id, const std::optional<std::string>& rev);

}  // namespace icure::sandbox
