#include "sync/decrypt/key_text.h"

#include <simdjson.h>

#include <algorithm>
#include <string_view>

#include "sync/decrypt/encoding.h"

namespace icure::sync::decrypt {
namespace {

namespace od = simdjson::ondemand;
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
  static constexpr std::string_view kDashes = "-----";
  const auto label_end = text.find(kDashes, kDashes.size());
  if (label_end == std::string_view::npos) return not_a_key();
  const auto label = text.substr(kDashes.size(), label_end - kDashes.size());
  const auto body = text.substr(label_end + kDashes.size());
  const auto end = body.find(kDashes);
  if (end == std::string_view::npos) {
    return refuse("the PEM text is cut off", "give the whole file, to the END line");
  }
  const auto last = body.substr(end);
  const bool closed = last.starts_with("-----END ") &&
                      last.substr(9).starts_with(label.substr(
                          std::min(label.size(), std::string_view("BEGIN ").size()))) &&
                      trim(last.substr(last.rfind(kDashes) + kDashes.size())).empty();
  if (label == "BEGIN ENCRYPTED PRIVATE KEY" || body.substr(0, end).find("DEK-Info") != body.npos) {
    return refuse("the private key is protected by a password",
                  "remove it first: openssl pkcs8 -in FILE -out -");
  }
  if (label == "BEGIN PUBLIC KEY") {
    return refuse("this is a public key", "give the private key of the pair");
  }
  if (!closed || (label != "BEGIN PRIVATE KEY" && label != "BEGIN RSA PRIVATE KEY")) {
    return not_a_key();
  }
  return read_encoded(body.substr(0, end));
}

/// The bytes of a member in base64. The raw token is used: unescaping would leave a copy in the
/// parser, and base64 needs no escapes.
bool read_member(od::object& jwk, std::string_view name, Bytes& bytes) {
  od::value value;
  if (jwk.find_field_unordered(name).get(value) != simdjson::SUCCESS) return false;
  const auto token = trim(value.raw_json_token());
  return token.size() > 2 && token.front() == '"' && token.back() == '"' &&
         decode_base64(token.substr(1, token.size() - 2), bytes) && !bytes.empty();
}

Result<KeyText> read_jwk(od::object& jwk) {
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
  Bytes padded(text.begin(), text.end());
  padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
  od::parser parser;
  od::document document;
  od::object root;
  const auto json =
      simdjson::padded_string_view(as_text(padded).data(), text.size(), padded.size());
  if (parser.iterate(json).get(document) != simdjson::SUCCESS ||
      document.get_object().get(root) != simdjson::SUCCESS) {
    return refuse("the text starts like JSON and is none", "give the JWK as it was exported");
  }
  od::value inner;
  if (root.find_field_unordered("privateKey").get(inner) != simdjson::SUCCESS) {
    return read_jwk(root);
  }
  od::object jwk;
  if (inner.get_object().get(jwk) == simdjson::SUCCESS) return read_jwk(jwk);
  Der der;
  if (!read_member(root, "privateKey", der.bytes)) return not_a_key();
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
