#include "sync/write/template.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace icure::sync::write {
namespace {

constexpr std::size_t kLargestTemplate = std::size_t{64} << 10;
constexpr std::size_t kLongestName = 80;  ///< In characters: a text message is paid by length.

constexpr std::string_view kBraceHint = "write {{ for a brace that begins no placeholder";

std::optional<Field> field_named(std::string_view name) {
  for (const auto& [known, field] : kFieldNames) {
    if (name == known) return field;
  }
  return std::nullopt;
}

std::string known_names() {
  std::string all;
  for (const auto& [name, field] : kFieldNames) all += fmt::format(" {{{}}}", name);
  return all;
}

/// The beginning of a placeholder, for a message about it.
std::string quoted(std::string_view text) {
  std::string result(text.substr(0, 40));
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
  }
  return result;
}

std::string_view raw(const Values& values, Field field) {
  switch (field) {
    case Field::patient_first_name:
      return values.patient.first;
    case Field::patient_last_name:
      return values.patient.last;
    case Field::inviter_first_name:
      return values.inviter.first;
    case Field::inviter_last_name:
      return values.inviter.last;
    case Field::solution:
      return values.solution;
    case Field::link:
      return values.link;
    case Field::login:
      return values.login;
    case Field::token:
      return values.token.reveal();
  }
  return {};
}

bool is_bounded(Field field) {
  return field != Field::link && field != Field::login && field != Field::token;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// The first characters of some UTF-8, none of them cut.
std::string_view first_characters(std::string_view text, std::size_t count) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!continues_character(text[i]) && count-- == 0) return text.substr(0, i);
  }
  return text;
}

/// How many bytes of a control character or line break `text` begins with.
std::size_t control(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x20 || first == 0x7f) return 1;
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0;
  if (first == 0xc2 && second >= 0x80 && second < 0xa0) return 2;  // C1
  if (text.starts_with("\u2028") || text.starts_with("\u2029")) return 3;
  return 0;
}

std::string on_one_line(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto skipped = control(text);
    if (skipped == 0) {
      result += text.front();
      text.remove_prefix(1);
    } else {
      if (!result.empty() && result.back() != ' ') result += ' ';
      text.remove_prefix(skipped);
    }
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

void append_html(std::string& to, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      case '"':
        to += "&quot;";
        break;
      case '\'':
        to += "&#39;";
        break;
      default:
        to += c;
    }
  }
}

}  // namespace

Result<Template> Template::parse(std::string_view text, std::size_t first_line) {
  if (text.size() > kLargestTemplate) {
    return Error{Code::invalid, "the template is larger than 64 KiB", "shorten it"};
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return Error{Code::invalid, "the template is not UTF-8", "save it as UTF-8"};
  }
  Template made;
  std::string plain;
  const auto end_plain = [&made, &plain] {
    if (!plain.empty()) made.parts_.push_back({std::exchange(plain, {}), std::nullopt});
  };
  for (std::size_t line = first_line; !text.empty();) {
    if (text.starts_with("{{")) {
      plain += '{';
      text.remove_prefix(2);
      continue;
    }
    if (text.front() != '{') {
      line += text.front() == '\n' ? 1 : 0;
      plain += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto end = text.find_first_of("}\n");
    if (end == text.npos || text[end] == '\n') {
      return Error{Code::invalid,
                   fmt::format("line {} of the template: the placeholder {} is not closed", line,
                               quoted(text.substr(0, end))),
                   "close it with }; " + std::string(kBraceHint)};
    }
    const auto inside = text.substr(1, end - 1);
    const auto bar = std::min(inside.find('|'), inside.size());
    const auto field = field_named(inside.substr(0, bar));
    if (!field) {
      return Error{Code::invalid,
                   fmt::format("line {} of the template: there is no placeholder {{{}}}", line,
                               quoted(inside.substr(0, bar))),
                   fmt::format("known are{}; {}", known_names(), kBraceHint)};
    }
    end_plain();
    const auto otherwise = bar < inside.size() ? inside.substr(bar + 1) : std::string_view();
    made.parts_.push_back({std::string(otherwise), field});
    text.remove_prefix(end + 1);
  }
  end_plain();
  return made;
}

std::string Template::fill(const Values& values, Escape escape) const {
  std::string filled;
  for (const auto& [text, field] : parts_) {
    auto value = field ? on_one_line(raw(values, *field)) : std::string();
    if (value.empty()) {
      filled += text;
      continue;
    }
    std::string_view used = value;
    if (is_bounded(*field)) used = first_characters(used, kLongestName);
    if (escape == Escape::html) {
      append_html(filled, used);
    } else {
      filled += used;
    }
  }
  return filled;
}

}  // namespace icure::sync::write
