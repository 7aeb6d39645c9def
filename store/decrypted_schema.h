// The mirror's tables of what imported keys make readable. Internal.
#pragma once
#include <string>

namespace icure::store {

/// As a step of mirror_migrations().
std::string decrypted_schema();

}  // namespace icure::store
