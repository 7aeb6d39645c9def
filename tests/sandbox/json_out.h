// Writes JSON text straight into a string. A page of a thousand documents must not cost a tree of
// nodes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace icure::sandbox {

enum class Escape { needed, all_but_ascii };

void append_quoted(std::string& out, std::string_view text, Escape escape = Escape::needed);

class JsonOut {
 public:
  /// Appends to `out`, which outlives the writer.
  explicit JsonOut(std::string& out) : out_(out) {}

  JsonOut& open(std::string_view key, char bracket);
  JsonOut& open(char bracket);
  JsonOut& close(char bracket);
  JsonOut& text(std::string_view key, std::string_view value, Escape escape = Escape::needed);
  JsonOut& number(std::string_view key, std::int64_t value);
  JsonOut& flag(std::string_view key, bool value);
  /// `json` is taken as it stands: "null", "[]", "{}".
  JsonOut& raw(std::string_view key, std::string_view json);
  JsonOut& item(std::string_view value);
  /// `[]` for each of these keys; the platform writes its empty lists.
  JsonOut& empty_lists(std::initializer_list<std::string_view> keys);
  JsonOut& empty_maps(std::initializer_list<std::string_view> keys);

 private:
  void comma();
  void key(std::string_view name);

  std::string& out_;
};

}  // namespace icure::sandbox
