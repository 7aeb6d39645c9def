#include "tests/sandbox/base64.h"

#include <openssl/evp.h>

namespace icure::sandbox {

std::string base64_encode(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string base64_decode(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return "";
  std::string out(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return "";
  out.resize(static_cast<std::size_t>(size));
  // EVP_DecodeBlock counts the padding as zero bytes.
  for (std::size_t i = text.size(); i > text.size() - 2 && text[i - 1] == '='; --i) out.pop_back();
  return out;
}

}  // namespace icure::sandbox
