#include "tests/sandbox/json_out.h"

#include "tests/sandbox/ids.h"

namespace icure::sandbox {
namespace {

void append_unit(std::string& out, std::uint32_t unit) {
  out += "\\u";
  append_hex(out, unit, 4);
}

// The input is our own word lists, so it is known to be well-formed UTF-8.
std::size_t append_escaped_point(std::string& out, std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  std::uint32_t point = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(i) & 0x3FU);
  if (point < 0x10000) {
    append_unit(out, point);
  } else {
    append_unit(out, 0xD800 + ((point - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
  }
  return length;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text, Escape escape) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20) {
      append_unit(out, c);
    } else if (c >= 0x80 && escape == Escape::all_but_ascii) {
      i += append_escaped_point(out, text, i) - 1;
    } else {
      out += text[i];
    }
  }
  out += '"';
}

void JsonOut::comma() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

void JsonOut::key(std::string_view name) {
  comma();
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

JsonOut& JsonOut::open(std::string_view name, char bracket) {
  key(name);
  out_ += bracket;
  return *this;
}

JsonOut& JsonOut::open(char bracket) {
  comma();
  out_ += bracket;
  return *this;
}

JsonOut& JsonOut::close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonOut& JsonOut::text(std::string_view name, std::string_view value, Escape escape) {
  key(name);
  append_quoted(out_, value, escape);
  return *this;
}

JsonOut& JsonOut::number(std::string_view name, std::int64_t value) {
  return raw(name, std::to_string(value));
}

JsonOut& JsonOut::flag(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

JsonOut& JsonOut::raw(std::string_view name, std::string_view json) {
  key(name);
  out_ += json;
  return *this;
}

JsonOut& JsonOut::item(std::string_view value) {
  comma();
  append_quoted(out_, value);
  return *this;
}

JsonOut& JsonOut::empty_lists(std::initializer_list<std::string_view> keys) {
  for (std::string_view name : keys) raw(name, "[]");
  return *this;
}

JsonOut& JsonOut::empty_maps(std::initializer_list<std::string_view> keys) {
  for (std::string_view name : keys) raw(name, "{}");
  return *this;
}

}  // namespace icure::sandbox
