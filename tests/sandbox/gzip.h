// Compression of replies.
#pragma once

#include <string>

namespace icure::sandbox {

/// The cheapest level: the stand-in must not be what a benchmark measures.
std::string gzip(const std::string& text);

}  // namespace icure::sandbox
