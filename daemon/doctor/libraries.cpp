#include "daemon/doctor/libraries.h"

#include <charconv>
#include <utility>

namespace icure::doctor {
namespace {

using Release = std::pair<int, int>;

constexpr Release kSqlcipher{4, 6};
constexpr Release kCurl{8, 11};

/// The first two numbers; zeros if there are none.
Release release_of(const std::string& text) {
  Release release{0, 0};
  const auto* end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, release.first);
  if (error == std::errc() && dot != end && *dot == '.') {
    std::from_chars(dot + 1, end, release.second);
  }
  return release;
}

}  // namespace

Finding check_libraries(const Libraries& libraries, bool live) {
  if (libraries.sqlcipher.empty()) {
    return {"libraries", Outcome::failed, "another SQLite is loaded in SQLCipher's place",
            "remove it from LD_PRELOAD and LD_LIBRARY_PATH, and reinstall libsqlcipher"};
  }
  const auto loaded = "SQLCipher " + libraries.sqlcipher + ", libcurl " + libraries.curl;
  if (release_of(libraries.sqlcipher) < kSqlcipher) {
    return {"libraries", Outcome::failed, loaded + ": SQLCipher must be 4.6 or newer",
            "install libsqlcipher1 4.6 or newer (Debian 12: from bookworm-backports)"};
  }
  if (live && release_of(libraries.curl) < kCurl) {
    return {"libraries", Outcome::warning,
            loaded + ": without libcurl 8.11 changes are seen by the next sync only",
            "install libcurl4 8.11 or newer (Debian 12: from bookworm-backports), or set [sync] "
            "live = false"};
  }
  return {"libraries", Outcome::ok, loaded};
}

}  // namespace icure::doctor
