// Text as a part of a URL.
#pragma once
#include <string>
#include <string_view>

namespace icure::sync {

/// Everything but letters, digits, -_.~ and `also_plain` as %XX.
std::string percent_encoded(std::string_view text, std::string_view also_plain = {});

}  // namespace icure::sync
