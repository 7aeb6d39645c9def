#include "ipc/param_rule.h"

#include <algorithm>

#include "ipc/prove.h"

namespace icure::ipc {
namespace {

// Names come from the caller: long ones are cut, at the start of a character.
std::string quoted(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  if (name.size() > kLongest) {
    name = name.substr(0, kLongest);
    while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xc0) == 0x80) {
      name.remove_suffix(1);
    }
    name.remove_suffix(1);
  }
  return '"' + std::string(name) + '"';
}

Error bad(const ParamRule& rule, std::string_view what) {
  return {Code::invalid, quoted(rule.name) + " must be " + std::string(what)};
}

std::string limits(const ParamRule& rule) {
  std::string text;
  if (rule.least) text += "at least " + std::to_string(*rule.least);
  if (rule.least && rule.most) text += " and ";
  if (rule.most) text += "at most " + std::to_string(*rule.most);
  return text;
}

bool within(const ParamRule& rule, std::int64_t value) {
  return (!rule.least || value >= *rule.least) && (!rule.most || value <= *rule.most);
}

std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

Result<std::string> take_string(const ParamRule& rule, od::value value) {
  std::string_view text;
  if (value.get_string().get(text)) {
    return bad(rule, rule.type == ParamType::strings ? "a list of strings" : "a string");
  }
  if (rule.allowed_count > 0) {
    const std::span words(rule.allowed.data(), rule.allowed_count);
    if (std::find(words.begin(), words.end(), text) != words.end()) return std::string(text);
    std::string choice;
    for (const auto word : words) choice += (choice.empty() ? "" : ", ") + quoted(word);
    return bad(rule, "one of " + choice);
  }
  if (!within(rule, characters(text))) return bad(rule, limits(rule) + " characters long");
  return std::string(text);
}

/// Straight into locked memory; unescaped by the parser, see forget_strings().
Result<Secret> take_secret(const ParamRule& rule, od::value value) {
  std::string_view text;
  if (value.get_string().get(text)) return bad(rule, "a string");
  if (!within(rule, characters(text))) return bad(rule, limits(rule) + " characters long");
  return Secret(text);
}

Result<std::vector<std::string>> take_strings(const ParamRule& rule, od::value value) {
  od::array items;
  if (value.get_array().get(items)) return bad(rule, "a list of strings");
  std::vector<std::string> strings;
  for (auto item : items) {
    od::value each;
    if (item.get(each)) return bad(rule, "a list of strings");
    auto taken = take_string(rule, each);
    if (!taken) return taken.error();
    strings.push_back(*std::move(taken));
  }
  return strings;
}

Result<std::int64_t> take_integer(const ParamRule& rule, od::value value) {
  std::int64_t number = 0;
  if (value.get_int64().get(number)) return bad(rule, "an integer");
  if (!within(rule, number)) return bad(rule, limits(rule));
  return number;
}

Result<bool> take_bool(const ParamRule& rule, od::value value) {
  bool truth = false;
  if (value.get_bool().get(truth)) return bad(rule, "true or false");
  return truth;
}

Result<RawJson> take_object(const ParamRule& rule, od::value value) {
  od::object object;
  std::string_view text;
  if (value.get_object().get(object) || object.raw_json().get(text)) {
    return bad(rule, "an object");
  }
  return RawJson{std::string(text)};
}

template <class T>
Result<Done> store(Result<T> taken, ParamSlot& slot) {
  if (!taken) return taken.error();
  *static_cast<T*>(slot.open(slot.field)) = *std::move(taken);
  return Done{};
}

Result<Done> fill(ParamSlot& slot, od::value value) {
  const auto& rule = *slot.rule;
  switch (rule.type) {
    case ParamType::string:
      return store(take_string(rule, value), slot);
    case ParamType::secret:
      return store(take_secret(rule, value), slot);
    case ParamType::boolean:
      return store(take_bool(rule, value), slot);
    case ParamType::integer:
      return store(take_integer(rule, value), slot);
    case ParamType::strings:
      return store(take_strings(rule, value), slot);
    case ParamType::object:
      return store(take_object(rule, value), slot);
  }
  std::abort();
}

bool is_null(od::value& value) {
  bool null = false;
  return !value.is_null().get(null) && null;
}

Result<Done> fill_from(od::object& members, std::span<ParamSlot> slots) {
  for (auto member : members) {
    od::field field;
    std::string_view name;
    if (std::move(member).get(field) || field.unescaped_key().get(name)) break;
    const auto slot = std::find_if(slots.begin(), slots.end(),
                                   [name](const auto& each) { return each.rule->name == name; });
    if (slot == slots.end()) return Error{Code::invalid, "there is no param " + quoted(name)};
    if (slot->seen) return Error{Code::invalid, quoted(name) + " is given twice"};
    slot->seen = true;
    auto value = field.value();
    if (is_null(value)) {
      if (slot->rule->required) return bad(*slot->rule, "given");
      continue;
    }
    if (auto filled = fill(*slot, value); !filled) return filled;
  }
  for (const auto& slot : slots) {
    if (slot.rule->required && !slot.seen) return bad(*slot.rule, "given");
  }
  return Done{};
}

}  // namespace

Result<Done> fill_slots(Padded json, std::span<ParamSlot> slots) {
  return with_parser(
      json, [slots](od::parser& parser, simdjson::padded_string_view text) -> Result<Done> {
        od::document document;
        od::object members;
        if (parser.iterate(text).get(document) || document.get_object().get(members)) {
          return Error{Code::invalid, "params go by name: an object, not a list"};
        }
        return fill_from(members, slots);
      });
}

void forget_strings(std::size_t size) {
  const PaddedText blank('"' + std::string(size, ' ') + '"');
  with_parser(blank.view(), [](od::parser& parser, simdjson::padded_string_view text) {
    od::document document;
    std::string_view written;
    return !parser.iterate(text).get(document) && !document.get_string().get(written);
  });
}

}  // namespace icure::ipc
