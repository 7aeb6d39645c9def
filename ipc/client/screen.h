// Where icurectl writes, and what that place can show.
#pragma once
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

#include "daemon/base/clock.h"

namespace icure::client {

enum class Colour { plain, bold, dim, green, yellow, red };

/// Of what --json prints.
inline constexpr int kJsonSchema = 1;

struct Screen {
  std::ostream& out;
  std::ostream& err;
  bool json = false;      ///< One JSON document on `out`, errors as JSON on `err`.
  bool terminal = false;  ///< People read `out`: it may be redrawn.
  bool colours = false;
  std::size_t width = 0;  ///< Columns; 0: no limit.
  WallTime now{};         ///< For "2 min ago".

  std::string paint(Colour colour, std::string_view text) const;

  /// A JSON object as the output of --json, on one line, with the version of what it looks like:
  /// its members may become more, and never change or go, or the version does.
  void put_json(std::string_view object) const;
};

}  // namespace icure::client
