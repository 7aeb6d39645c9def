// JSON documents of the platform, small ones that are read once: whole, shallow, and with no member
// twice, for whoever reads the other of the two would see something else. Used inside this folder.
#pragma once
#include <simdjson.h>

#include <optional>
#include <string_view>

#include "sync/decrypt/bytes.h"

namespace icure::sync::decrypt {

/// How deep documents may nest. The platform's go to about ten.
inline constexpr std::size_t kDeepest = 64;

/// One document at a time: views die with the next parse. Leaves nothing of it in memory.
class StrictJson {
 public:
  StrictJson() = default;
  StrictJson(const StrictJson&) = delete;
  StrictJson& operator=(const StrictJson&) = delete;
  ~StrictJson() { wipe_strings(); }

  // Nothing unless `text` is one such object, or array of them.
  std::optional<simdjson::dom::object> parse_object(std::string_view text);
  std::optional<simdjson::dom::array> parse_array(std::string_view text);

 private:
  std::optional<simdjson::dom::element> parse(std::string_view text);
  void wipe_strings();

  Bytes text_;
  simdjson::dom::parser parser_;
};

/// Members by name; empty if absent or of another type.
std::string_view text_of(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::object> object_of(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::array> array_of(simdjson::dom::object object, std::string_view name);
std::string_view as_string(simdjson::dom::element element);

}  // namespace icure::sync::decrypt
