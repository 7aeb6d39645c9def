// The page, as the build put it together from page/.
#pragma once
#include <string>
#include <string_view>

namespace icure::dashboard {

/// With @NONCE@ where the nonce stands that lets its style and script run.
extern const std::string_view kPage;

}  // namespace icure::dashboard
