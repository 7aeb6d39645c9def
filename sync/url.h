// Text as a part of a URL.
#pragma once
#include <string>
#include <string_view>

namespace icure::sync {

/// Everything but letters, digits and -_.~ as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace icure::sync
