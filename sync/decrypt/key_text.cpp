#include "sync/decrypt/key_text.h"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "sync/decrypt/encoding.h"
#include "sync/decrypt/outline.h"

namespace icure::sync::decrypt {
namespace {

using KeyText = std::variant<Der, JwkNumbers>;

Error refuse(const char* what, const char* hint) {
  return Error{Code::invalid, what, hint};
}

Error not_a_key() {
  return refuse("this is not a private key",
                "give PKCS#8 as PEM, DER, hex or base64, or the JWK of the private key");
}

bool is_space(char letter) {
  return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Hex or base64, in one line or several.
Result<KeyText> read_encoded(std::string_view text) {
  Bytes joined;
  joined.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(joined),
               [](char letter) { return !is_space(letter); });
  Der der;
  // Hex is also valid base64; a DER sequence tells them apart: it starts with the byte 0x30.
  const auto is_sequence = [&] { return !der.bytes.empty() && der.bytes[0] == 0x30; };
  if (decode_hex(as_text(joined), der.bytes) && is_sequence()) return KeyText(std::move(der));
  if (decode_base64(as_text(joined), der.bytes) && is_sequence()) return KeyText(std::move(der));
  return not_a_key();
}

Result<KeyText> read_pem(std::string_view text) {
  static constexpr std::string_view kBegin = "-----BEGIN ";
  static constexpr std::string_view kDashes = "-----";
  if (!text.starts_with(kBegin)) return not_a_key();
  text.remove_prefix(kBegin.size());
  const auto label = text.substr(0, text.find(kDashes));
  if (label == "ENCRYPTED PRIVATE KEY" || text.find("\nDEK-Info:") != text.npos) {
    return refuse("the private key is protected by a password",
                  "remove it first: openssl pkcs8 -in FILE -out -");
  }
  if (label == "PUBLIC KEY") {
    return refuse("this is a public key", "give the private key of the pair");
  }
  if (label != "PRIVATE KEY" && label != "RSA PRIVATE KEY") return not_a_key();
  const auto end_line = "-----END " + std::string(label) + "-----";
  const auto end = text.find(end_line);
  if (end == text.npos) {
    return refuse("the PEM text is cut off", "give the whole file, to the END line");
  }
  if (!trim(text.substr(end + end_line.size())).empty()) {
    return refuse("something follows the private key", "give one key");
  }
  const auto body = label.size() + kDashes.size();
  return read_encoded(text.substr(body, end - body));
}

/// The bytes of a member in base64, read where it stands, for what the parser unescapes stays in
/// its memory. The one escape that writers of JSON use in base64 is that of the slash.
bool read_member(const Outline& object, std::string_view name, Bytes& bytes) {
  for (const auto& member : object.root_members) {
    if (member.name != name) continue;
    const auto token = member.value;
    if (token.size() <= 2 || token.front() != '"') return false;
    const auto text = token.substr(1, token.size() - 2);
    Bytes letters;
    letters.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text.substr(at).starts_with("\\/")) continue;
      letters.push_back(static_cast<unsigned char>(text[at]));
    }
    return decode_base64(as_text(letters), bytes);
  }
  return false;
}

Result<KeyText> read_jwk(const Outline& jwk) {
  static constexpr std::array<const char*, 8> kNames = {"n", "e", "d", "p", "q", "dp", "dq", "qi"};
  JwkNumbers numbers;
  for (std::size_t at = 0; at < kNames.size(); ++at) {
    if (read_member(jwk, kNames[at], numbers[at])) continue;
    if (at == 2) {
      return refuse("the JWK has no private part", "give the JWK of the private key");
    }
    return refuse("the JWK lacks a member of an RSA private key, or one is not base64url",
                  "an RSA private key has n, e, d, p, q, dp, dq and qi");
  }
  return KeyText(std::move(numbers));
}

Result<KeyText> read_json(std::string_view text) {
  Bytes padded;
  assign(padded, text);
  pad(padded);
  simdjson::ondemand::parser parser;
  Outline outline;
  if (!read_outline(parser, as_text(padded), outline)) {
    return refuse("the text starts like JSON and is none", "give the JWK as it was exported");
  }
  const auto& members = outline.root_members;
  const auto inner = std::find_if(members.begin(), members.end(),
                                  [](const auto& member) { return member.name == "privateKey"; });
  if (inner == members.end()) return read_jwk(outline);
  const auto value = inner->value;
  if (value.starts_with('{') && read_outline(parser, value, outline)) return read_jwk(outline);
  Der der;
  if (!read_member(outline, "privateKey", der.bytes)) return not_a_key();
  return KeyText(std::move(der));
}

}  // namespace

Result<KeyText> read_key_text(View bytes) {
  static constexpr std::size_t kMost = std::size_t{64} << 10;  // 8192 bits need a quarter of it
  if (bytes.size() > kMost) return refuse("this is too long for a private key", "give one key");
  if (bytes.size() > 1 && bytes[0] == 0x30 && bytes[1] >= 0x80) {
    return KeyText(Der{Bytes(bytes.begin(), bytes.end())});
  }
  const auto text = trim(as_text(bytes));
  if (text.starts_with('{')) return read_json(text);
  if (text.starts_with("-----")) return read_pem(text);
  return read_encoded(text);
}

}  // namespace icure::sync::decrypt
