// One pass over a JSON object that checks all of it and finds where its encrypted parts are, so
// that the rest can be copied as it stands. Used inside this folder.
#pragma once
#include <simdjson.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/decrypt/bytes.h"

namespace icure::sync::decrypt {

/// A member of an object. The name is unescaped; the rest are slices of the text.
struct Member {
  std::string_view name;
  std::string_view raw_name;  ///< With its quotes.
  std::string_view value;
};

/// An object that has a member encryptedSelf.
struct Part {
  std::string path;         ///< JSON pointer of the object; empty: the root.
  std::string_view sealed;  ///< The member's text, unescaped; empty if it is no string.
  std::size_t first = 0;    ///< Its members stand in Outline::members from here ...
  std::size_t count = 0;
  const char* close = nullptr;  ///< Its closing brace.
};

/// What a pass found. Views live as long as the text; what is unescaped, until the parser's next
/// pass.
struct Outline {
  std::vector<Part> parts;           ///< Inner ones before the one that holds them.
  std::vector<Member> members;       ///< Of the parts.
  std::vector<Member> root_members;  ///< Of the object itself.
};

/// Puts what simdjson needs behind the text, where its size does not count it: room to read, and
/// zeros, or it takes what stands there for a part of a text that is cut off.
void pad(Bytes& text);

/// Reads `json`, which is padded, or is a whole value within such a text. False unless it is
/// exactly one object, valid throughout, no deeper than kDeepest and with no member twice in one
/// object.
bool read_outline(simdjson::ondemand::parser& parser, std::string_view json, Outline& outline);

/// Appends a member's name to a JSON pointer (RFC 6901).
void append_escaped(std::string& pointer, std::string_view name);

}  // namespace icure::sync::decrypt
