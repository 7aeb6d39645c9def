// Params of a method as a struct: one description serves decoding and the published schema.
//
//   struct UserGet {
//     std::optional<std::string> id;
//     static constexpr auto params() { return std::tuple(param("id", &UserGet::id, "its id")); }
//     Result<Done> check() const;  // may be left out: what one field alone cannot tell
//   };
#pragma once
#include <string>
#include <string_view>
#include <tuple>

#include "ipc/padded.h"
#include "ipc/param_rule.h"

namespace icure::ipc {

template <class Request, class T>
struct Param {
  ParamRule rule;
  T Request::*member;

  /// Of an integer, both inclusive.
  constexpr Param range(std::int64_t least, std::int64_t most) const {
    auto made = *this;
    made.rule.least = least;
    made.rule.most = most;
    return made;
  }
  /// Of a string, in characters (code points), both inclusive.
  constexpr Param length(std::int64_t least, std::int64_t most) const { return range(least, most); }
  /// The only strings that are taken; also of each item of a list of strings.
  constexpr Param allowed(std::initializer_list<std::string_view> words) const {
    auto made = *this;
    for (const auto word : words) made.rule.allowed[made.rule.allowed_count++] = word;
    return made;
  }
};

/// A std::optional member may be absent (or null), any other is required.
template <class Request, class T>
constexpr Param<Request, T> param(std::string_view name, T Request::*member,
                                  std::string_view about) {
  return {{.name = name,
           .about = about,
           .type = ParamField<T>::kType,
           .required = !ParamField<T>::kOptional},
          member};
}

struct NoParams {
  static constexpr auto params() { return std::tuple<>(); }
};

/// Fails with invalid, naming the member: unknown, missing, twice, of a wrong type or value.
/// Requires JSON that parse_request() has proved.
template <class Request>
Result<Request> decode_params(Padded json) {
  static constexpr auto kParams = Request::params();
  Request request;
  auto slots = std::apply(
      [&request](const auto&... each) {
        return std::array<ParamSlot, sizeof...(each)>{
            slot_of(each.rule, request.*(each.member))...};
      },
      kParams);
  if (auto filled = fill_slots(json, slots); !filled) return filled.error();
  if constexpr (requires { request.check(); }) {
    if (auto checked = request.check(); !checked) return checked.error();
  }
  return request;
}

}  // namespace icure::ipc
