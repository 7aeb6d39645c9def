// Standard base64, both ways.
#pragma once

#include <string>
#include <string_view>

namespace icure::sandbox {

std::string base64_encode(std::string_view bytes);
/// Empty when the text is not that.
std::string base64_decode(std::string_view text);

}  // namespace icure::sandbox
