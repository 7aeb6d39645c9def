#include "sync/decrypt/outline.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "sync/decrypt/strict_json.h"

namespace icure::sync::decrypt {
namespace {

namespace od = simdjson::ondemand;

constexpr std::string_view kEncryptedSelf = "encryptedSelf";

bool is_space(char letter) {
  return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Sorting costs more than it saves below this many names.
constexpr std::size_t kFew = 24;

bool has_duplicate(std::span<const Member> members) {
  if (members.size() > kFew) {
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& member : members) names.push_back(member.name);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
  }
  // Names are compared only where a bit drawn from length, first and last letter is set already.
  std::uint64_t seen = 0;
  for (std::size_t at = 0; at < members.size(); ++at) {
    const auto name = members[at].name;
    const auto letters =
        name.empty() ? 0U
                     : static_cast<unsigned>(static_cast<unsigned char>(name.front())) * 7U +
                           static_cast<unsigned>(static_cast<unsigned char>(name.back())) * 31U;
    const auto bit = std::uint64_t{1} << ((name.size() + letters) % 64);
    if (seen & bit) {
      for (std::size_t other = 0; other < at; ++other) {
        if (members[other].name == name) return true;
      }
    }
    seen |= bit;
  }
  return false;
}

/// After an error simdjson's iterator is dead: whatever fails ends the whole walk.
class Walk {
 public:
  Walk(std::string_view json, od::document& document, Outline& outline)
      : json_(json), document_(document), outline_(outline) {}

  bool root() {
    od::object object;
    std::string_view raw;
    const auto brace = json_.find_first_not_of(" \t\r\n");
    return brace != json_.npos && document_.get_object().get(object) == simdjson::SUCCESS &&
           walk_object(object, json_.data() + brace, raw) &&
           document_.current_location().error() == simdjson::OUT_OF_BOUNDS;
  }

 private:
  struct Step {  // on the way from the root: a member's name, or an index
    std::string_view name;
    std::size_t index = 0;
    bool is_index = false;
  };

  /// What was read last ends before the next token, at a bracket.
  std::string_view slice_from(const char* start) {
    const char* next = nullptr;
    const char* end = json_.data() + json_.size();
    if (document_.current_location().get(next) == simdjson::SUCCESS) end = next;
    return trim_end({start, static_cast<std::size_t>(end - start)});
  }

  // Every value is asked for: one that is not, simdjson skips without looking at its shape.
  // Recursion in these is bounded by kDeepest.
  bool walk_value(od::value value, std::string_view& raw) {  // NOLINT(misc-no-recursion)
    const auto token = trim_end(value.raw_json_token());
    if (token.empty()) return false;
    raw = token;
    switch (token.front()) {
      case '{': {
        od::object object;
        return value.get_object().get(object) == simdjson::SUCCESS &&
               walk_object(object, token.data(), raw);
      }
      case '[': {
        od::array array;
        return value.get_array().get(array) == simdjson::SUCCESS &&
               walk_array(array, token.data(), raw);
      }
      case '"': {
        // That the rest of a string is sound was seen when the text was indexed.
        if (token.size() < 2 || token.back() != '"') return false;
        od::raw_json_string raw_text;
        string_ = token.substr(1, token.size() - 2);
        return token.find('\\') == token.npos
                   ? value.get_raw_json_string().get(raw_text) == simdjson::SUCCESS
                   : value.get_string().get(string_) == simdjson::SUCCESS;
      }
      case 't':
      case 'f': {
        bool truth = false;
        return value.get_bool().get(truth) == simdjson::SUCCESS;
      }
      case 'n': {
        bool is_null = false;
        return value.is_null().get(is_null) == simdjson::SUCCESS && is_null;
      }
      default:
        return value.get_double().error() == simdjson::SUCCESS;
    }
  }

  bool walk_array(od::array array, const char* start,  // NOLINT(misc-no-recursion)
                  std::string_view& raw) {
    if (path_.size() >= kDeepest) return false;
    path_.push_back({{}, 0, true});
    for (auto element : array) {
      std::string_view ignored;
      if (element.error() != simdjson::SUCCESS || !walk_value(element.value_unsafe(), ignored)) {
        return false;
      }
      ++path_.back().index;
    }
    path_.pop_back();
    raw = slice_from(start);
    return raw.ends_with(']');
  }

  bool walk_object(od::object object, const char* start,  // NOLINT(misc-no-recursion)
                   std::string_view& raw) {
    if (path_.size() >= kDeepest) return false;
    const auto first = open_.size();
    std::optional<std::string_view> sealed;
    path_.emplace_back();
    for (auto element : object) {
      od::field field;
      if (std::move(element).get(field) != simdjson::SUCCESS) return false;
      const char* name_start = field.key().raw();
      Member member;
      if (field.unescaped_key().get(member.name) != simdjson::SUCCESS) return false;
      member.raw_name = raw_name(name_start, member.name);
      path_.back().name = member.name;
      if (!walk_value(field.value(), member.value)) return false;
      if (member.name == kEncryptedSelf && member.value != "null") {
        sealed = member.value.front() == '"' ? string_ : std::string_view();
      }
      open_.push_back(member);
    }
    path_.pop_back();
    raw = slice_from(start);
    return raw.ends_with('}') && close_object(first, raw, sealed);
  }

  std::string_view raw_name(const char* start, std::string_view name) const {
    // Without escapes the name stands as it is; else look for the quote that ends it.
    if (start[name.size()] == '"' && name == std::string_view(start, name.size())) {
      return {start - 1, name.size() + 2};
    }
    const char* end = start;
    while (*end != '"') end += *end == '\\' ? 2 : 1;
    return {start - 1, static_cast<std::size_t>(end - start) + 2};
  }

  bool close_object(std::size_t first, std::string_view raw,
                    std::optional<std::string_view> sealed) {
    const auto members = std::span(open_).subspan(first);
    if (has_duplicate(members)) return false;
    if (sealed) {
      outline_.parts.push_back(
          {path(), *sealed, outline_.members.size(), members.size(), &raw.back()});
      outline_.members.insert(outline_.members.end(), members.begin(), members.end());
    }
    if (path_.empty()) outline_.root_members.assign(members.begin(), members.end());
    open_.resize(first);
    return true;
  }

  std::string path() const {
    std::string pointer;
    for (const auto& step : path_) {
      pointer += '/';
      if (step.is_index) {
        pointer += std::to_string(step.index);
      } else {
        append_escaped(pointer, step.name);
      }
    }
    return pointer;
  }

  std::string_view json_;
  od::document& document_;
  Outline& outline_;
  std::string_view string_;   // what the last string says
  std::vector<Member> open_;  // of the objects that are being read, outermost first
  std::vector<Step> path_;
};

}  // namespace

void append_escaped(std::string& pointer, std::string_view name) {
  for (const char letter : name) {
    if (letter == '~') {
      pointer += "~0";
    } else if (letter == '/') {
      pointer += "~1";
    } else {
      pointer += letter;
    }
  }
}

void pad(Bytes& text) {
  const auto size = text.size();
  text.resize(size + simdjson::SIMDJSON_PADDING);
  std::memset(text.data() + size, 0, simdjson::SIMDJSON_PADDING);
  text.resize(size);
}

bool read_outline(od::parser& parser, std::string_view json, Outline& outline) {
  outline.parts.clear();
  outline.members.clear();
  outline.root_members.clear();
  od::document document;
  const simdjson::padded_string_view padded(json.data(), json.size(),
                                            json.size() + simdjson::SIMDJSON_PADDING);
  return parser.iterate(padded).get(document) == simdjson::SUCCESS &&
         Walk(json, document, outline).root();
}

}  // namespace icure::sync::decrypt
