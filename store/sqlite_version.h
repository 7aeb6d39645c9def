// Which SQLCipher the process runs with: it may be another than the one it was built with.
#pragma once
#include <string>

namespace icure::store {

/// Such as "4.6.1 community"; empty if it is not SQLCipher at all.
std::string sqlcipher_version();

}  // namespace icure::store
