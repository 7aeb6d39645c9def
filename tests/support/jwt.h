// Tokens shaped like the platform's, with a signature that nobody checks.
#pragma once
#include <openssl/evp.h>

#include <string>

#include "daemon/base/clock.h"

namespace icure::support {

inline std::string base64url(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (auto& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

/// `serial` makes tokens of the same second differ; `more` claims begin with a comma.
inline std::string jwt(WallTime expires, int serial, const std::string& more = "") {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
  return base64url(R"({"alg":"RS256"})") + "." +
         base64url(R"({"exp":)" + std::to_string(seconds) + R"(,"n":)" + std::to_string(serial) +
                   more + "}") +
         ".c2ln";
}

}  // namespace icure::support
