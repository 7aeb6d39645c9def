// Whether the store key is there, is one, and opens the store.
#pragma once
#include <string>

#include "daemon/config.h"
#include "daemon/doctor/finding.h"

namespace icure::doctor {

/// Whether this user is kept from reading the file by its mode or that of its directories.
bool kept_from_reading(const std::string& path);

/// Where a secret is: its file, or the systemd credential of that name; empty: nowhere that this
/// process knows of.
std::string place_of_secret(const std::string& file, const std::string& credential);

/// Reads only; the daemon may be running.
Finding check_key(const StoreConfig& store);

}  // namespace icure::doctor
