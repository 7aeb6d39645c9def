// The libraries that the daemon's program really loads.
#pragma once
#include <string>

#include "daemon/doctor/finding.h"

namespace icure::doctor {

struct Libraries {
  std::string sqlcipher;  ///< Such as "4.6.1 community"; empty: it is a SQLite without a cipher.
  std::string curl;       ///< Such as "8.14.1".
};

/// `live`: the platform's notifications are wanted, which an older libcurl has not.
Finding check_libraries(const Libraries& libraries, bool live);

}  // namespace icure::doctor
