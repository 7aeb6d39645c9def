// Text from data on its way to a terminal: how wide it is, and nothing in it that acts.
#pragma once
#include <string>
#include <string_view>

namespace icure::client {

/// `text` without anything that a terminal would obey or that would turn the reading direction:
/// control characters, escape sequences, bidi overrides; broken UTF-8 becomes U+FFFD.
std::string printable(std::string_view text);

/// As printable(), for JSON text: such characters become \u escapes, its meaning is the same.
std::string printable_json(std::string_view json);

/// Columns that a printable text takes on a terminal.
std::size_t display_width(std::string_view text);

/// The text cut to `width` columns, with an ellipsis if something is missing.
std::string cut(const std::string& text, std::size_t width);

/// With spaces behind it, `width` columns.
std::string padded(std::string text, std::size_t width);

}  // namespace icure::client
