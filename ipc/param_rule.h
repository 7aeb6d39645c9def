// What one param may be. The untyped half of params.h, so that only one source file knows simdjson.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "ipc/padded.h"

namespace icure::ipc {

/// A JSON object that is kept as its text.
struct RawJson {
  std::string text;
};

enum class ParamType { string, secret, boolean, integer, strings, object };

struct ParamRule {
  std::string_view name;
  std::string_view about;
  ParamType type = ParamType::string;
  bool required = true;
  std::optional<std::int64_t> least = {};  ///< Of an integer, or of a string's or secret's length.
  std::optional<std::int64_t> most = {};
  std::array<std::string_view, 16> allowed = {};
  std::size_t allowed_count = 0;  ///< 0: any string.
};

template <class T>
struct ParamField;  // a type that is not listed here cannot be a param
template <ParamType type>
struct RequiredField {
  static constexpr ParamType kType = type;
  static constexpr bool kOptional = false;
};
template <>
struct ParamField<std::string> : RequiredField<ParamType::string> {};
template <>
struct ParamField<Secret> : RequiredField<ParamType::secret> {};
template <>
struct ParamField<bool> : RequiredField<ParamType::boolean> {};
template <>
struct ParamField<std::int64_t> : RequiredField<ParamType::integer> {};
template <>
struct ParamField<std::vector<std::string>> : RequiredField<ParamType::strings> {};
template <>
struct ParamField<RawJson> : RequiredField<ParamType::object> {};
template <class T>
struct ParamField<std::optional<T>> {
  static constexpr ParamType kType = ParamField<T>::kType;
  static constexpr bool kOptional = true;
};

/// Where the value of one param goes. `open` makes an optional hold a value and returns where.
struct ParamSlot {
  const ParamRule* rule;
  void* field;
  void* (*open)(void* field);
  bool seen = false;
};

template <class T>
ParamSlot slot_of(const ParamRule& rule, T& field) {
  return {&rule, &field, [](void* at) { return at; }};
}
template <class T>
ParamSlot slot_of(const ParamRule& rule, std::optional<T>& field) {
  return {&rule, &field,
          [](void* at) -> void* { return &static_cast<std::optional<T>*>(at)->emplace(); }};
}

/// See decode_params().
Result<Done> fill_slots(Padded json, std::span<ParamSlot> slots);

/// Overwrites what this thread's parser unescaped last, of a text of that size.
void forget_strings(std::size_t size);

}  // namespace icure::ipc
