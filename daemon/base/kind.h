// The four kinds of entity that the daemon mirrors.
#pragma once
#include <array>
#include <optional>
#include <string_view>

namespace icure {

enum class Kind { user, hcp, patient, device };

inline constexpr std::array kAllKinds = {Kind::user, Kind::hcp, Kind::patient, Kind::device};
inline constexpr std::array<std::string_view, kAllKinds.size()> kKindNames = {"user", "hcp",
                                                                              "patient", "device"};

constexpr std::size_t index_of(Kind kind) {
  return static_cast<std::size_t>(kind);
}
constexpr std::string_view name_of(Kind kind) {
  return kKindNames[index_of(kind)];
}
constexpr std::optional<Kind> kind_named(std::string_view name) {
  for (const auto kind : kAllKinds) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace icure
