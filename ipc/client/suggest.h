// "Did you mean": the known word nearest to one that is not known.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace icure::client {

/// Empty if none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace icure::client
