// What tells this machine from others, so that a copied store is noticed.
#pragma once
#include <string>

namespace icure {

/// Of /etc/machine-id; empty if it cannot be read.
std::string machine_id();

}  // namespace icure
