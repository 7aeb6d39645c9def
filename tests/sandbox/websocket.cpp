#include "tests/sandbox/websocket.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>

#include "tests/sandbox/base64.h"

namespace icure::sandbox {
namespace {

constexpr std::uint64_t kLargestFrame = 1U << 20;
constexpr std::uint8_t kLast = 0x80;
constexpr std::uint8_t kMasked = 0x80;

std::uint8_t byte_at(const std::string& bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

void append_number(std::string& out, std::uint64_t value, unsigned bytes) {
  while (bytes-- > 0) out += static_cast<char>((value >> (8 * bytes)) & 0xFF);
}

}  // namespace

std::string accept_token(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base64_encode({reinterpret_cast<const char*>(digest.data()), size});
}

std::string make_frame(Opcode opcode, std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + 10);
  out += static_cast<char>(kLast | static_cast<std::uint8_t>(opcode));
  if (payload.size() < 126) {
    append_number(out, payload.size(), 1);
  } else if (payload.size() < 0x10000) {
    out += static_cast<char>(126);
    append_number(out, payload.size(), 2);
  } else {
    out += static_cast<char>(127);
    append_number(out, payload.size(), 8);
  }
  return out.append(payload);
}

std::string close_frame(int code, std::string_view reason) {
  std::string payload;
  append_number(payload, static_cast<std::uint64_t>(code), 2);
  return make_frame(Opcode::close, payload.append(reason));
}

Taken take_frame(std::string& bytes, Frame& frame) {
  if (bytes.size() < 2) return Taken::incomplete;
  if ((byte_at(bytes, 1) & kMasked) == 0) return Taken::malformed;
  std::uint64_t length = byte_at(bytes, 1) & 0x7FU;
  std::size_t at = 2;
  const std::size_t wide = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (bytes.size() < at + wide + 4) return Taken::incomplete;
  if (wide > 0) length = 0;
  for (std::size_t i = 0; i < wide; ++i) length = (length << 8) | byte_at(bytes, at + i);
  at += wide;
  if (length > kLargestFrame) return Taken::malformed;
  if (bytes.size() < at + 4 + length) return Taken::incomplete;
  frame.opcode = static_cast<Opcode>(byte_at(bytes, 0) & 0x0FU);
  frame.last = (byte_at(bytes, 0) & kLast) != 0;
  frame.payload = bytes.substr(at + 4, length);
  for (std::size_t i = 0; i < length; ++i)
    frame.payload[i] = static_cast<char>(byte_at(frame.payload, i) ^ byte_at(bytes, at + i % 4));
  bytes.erase(0, at + 4 + length);
  return Taken::frame;
}

}  // namespace icure::sandbox
