// The four kinds of document, by the names that the control port uses.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace icure::sandbox {

enum class Kind { user, hcp, patient, device };

inline constexpr std::array kKinds = {Kind::user, Kind::hcp, Kind::patient, Kind::device};
/// The order in which the platform looks for the type of an unknown data owner.
inline constexpr std::array kOwnerKinds = {Kind::patient, Kind::hcp, Kind::device};

constexpr std::size_t slot(Kind kind) {
  return static_cast<std::size_t>(kind);
}

constexpr std::string_view name_of(Kind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"user", "hcp", "patient", "device"};
  return kNames[slot(kind)];
}

constexpr std::optional<Kind> kind_named(std::string_view name) {
  for (Kind kind : kKinds)
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace icure::sandbox
